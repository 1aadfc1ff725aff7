#include "fanin/net/norm_text.hpp"

#include <string>
#include <vector>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/net/ops/batch_norm.hpp"
#include "fanin/net/ops/group_norm.hpp"
#include "fanin/net/ops/layer_norm.hpp"
#include "fanin/net/ops/rms_norm.hpp"

namespace fanin::net {
namespace {

constexpr double kEpsilon = 1e-5;

template <typename Make>
OpPtr read(CallReader& reader, const Make& make) {
  const double epsilon = reader.number("epsilon", kEpsilon);
  const bool affine = reader.flag("affine", true);
  reader.finish();
  return make(epsilon, affine);
}

}  // namespace

OpPtr parse_norm(std::string_view text) {
  const CallExpr call = parse_call(text, "norm");
  CallReader reader(call, "norm");
  if (call.name == "none") {
    reader.finish();
    return nullptr;
  }
  if (call.name == "batch_norm" || call.name == "batch") return read(reader, batch_norm);
  if (call.name == "layer_norm" || call.name == "layer") return read(reader, layer_norm);
  if (call.name == "rms_norm" || call.name == "rms") return read(reader, rms_norm);
  if (call.name == "group_norm" || call.name == "group") {
    const std::int64_t groups = reader.integer("groups", 1);
    return read(reader, [groups](double epsilon, bool affine) { return group_norm(groups, epsilon, affine); });
  }
  const std::vector<std::string> known{"none", "batch_norm", "layer_norm", "rms_norm", "group_norm"};
  throw Error(ErrorCode::unknown_name, "norm",
              "no normalization '" + call.name.substr(0, 64) + "'; " + suggestion(call.name, known));
}

}  // namespace fanin::net

// Normalizations.
#include <array>

#include "fanin/net/ops/batch_norm.hpp"
#include "fanin/net/ops/group_norm.hpp"
#include "fanin/net/ops/layer_norm.hpp"
#include "fanin/net/ops/rms_norm.hpp"
#include "fanin/net/toml/forms.hpp"

namespace fanin::net {
namespace {

constexpr double kEpsilon = 1e-5;

template <auto kMake>
OpPtr read_norm(Fields& fields, const FormContext&) {
  const double epsilon = fields.number("epsilon").value_or(kEpsilon);
  return kMake(epsilon, fields.flag("affine", true));
}

OpPtr read_group_norm(Fields& fields, const FormContext&) {
  const std::int64_t groups = fields.integer("groups", "the groups of channels");
  const double epsilon = fields.number("epsilon").value_or(kEpsilon);
  return group_norm(groups, epsilon, fields.flag("affine", true));
}

template <typename Norm>
void write_norm(const Op& op, FieldWriter& out) {
  const auto& norm = static_cast<const Norm&>(op);
  if (norm.epsilon() != kEpsilon) out.number("epsilon", norm.epsilon());
  if (!norm.affine()) out.flag("affine", false);
}

void write_group_norm(const Op& op, FieldWriter& out) {
  out.integer("groups", static_cast<const GroupNorm&>(op).groups());
  write_norm<GroupNorm>(op, out);
}

}  // namespace

std::span<const OpForm> norm_forms() noexcept {
  static constexpr std::array<OpForm, 4> kForms{{{"batch_norm", read_norm<batch_norm>, write_norm<BatchNorm>},
                                                 {"layer_norm", read_norm<layer_norm>, write_norm<LayerNorm>},
                                                 {"rms_norm", read_norm<rms_norm>, write_norm<RmsNorm>},
                                                 {"group_norm", read_group_norm, write_group_norm}}};
  return kForms;
}

}  // namespace fanin::net

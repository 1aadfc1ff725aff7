// Ops that join tensors or rearrange them.
#include <array>

#include "fanin/net/ops/add.hpp"
#include "fanin/net/ops/concat.hpp"
#include "fanin/net/ops/flatten.hpp"
#include "fanin/net/ops/reshape.hpp"
#include "fanin/net/ops/select.hpp"
#include "fanin/net/ops/transpose.hpp"
#include "fanin/net/toml/forms.hpp"

namespace fanin::net {
namespace {

OpPtr read_concat(Fields& fields, const FormContext&) { return concat(fields.integer("axis", -1)); }
void write_concat(const Op& op, FieldWriter& out) { out.integer("axis", static_cast<const Concat&>(op).axis()); }

OpPtr read_reshape(Fields& fields, const FormContext&) {
  const bool given = fields.has("shape");
  std::vector<std::int64_t> shape = fields.integers("shape");
  if (!given) fields.fail(ErrorCode::bad_syntax, "shape", "reshape needs `shape`, such as [28, -1]");
  return reshape(std::move(shape));
}
void write_reshape(const Op& op, FieldWriter& out) { out.integers("shape", static_cast<const Reshape&>(op).extents()); }

OpPtr read_transpose(Fields& fields, const FormContext&) { return transpose(fields.integers("axes")); }
void write_transpose(const Op& op, FieldWriter& out) {
  const std::vector<std::int64_t>& axes = static_cast<const Transpose&>(op).axes();
  if (!axes.empty()) out.integers("axes", axes);
}

OpPtr read_select(Fields& fields, const FormContext&) {
  const std::int64_t index = fields.integer("index", "the position to take; -1 is the last");
  return select(index, fields.integer("axis", 0));
}
void write_select(const Op& op, FieldWriter& out) {
  out.integer("index", static_cast<const Select&>(op).index());
  out.integer("axis", static_cast<const Select&>(op).axis());
}

}  // namespace

std::span<const OpForm> shape_forms() noexcept {
  static constexpr std::array<OpForm, 6> kForms{{{"add", read_nothing<add>, write_nothing},
                                                 {"concat", read_concat, write_concat},
                                                 {"flatten", read_nothing<flatten>, write_nothing},
                                                 {"reshape", read_reshape, write_reshape},
                                                 {"transpose", read_transpose, write_transpose},
                                                 {"select", read_select, write_select}}};
  return kForms;
}

}  // namespace fanin::net

// Ops that act on units: products, biases, multipliers, element-wise functions.
#include <array>

#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/bias.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/ops/dropout.hpp"
#include "fanin/net/ops/glu.hpp"
#include "fanin/net/ops/log_softmax.hpp"
#include "fanin/net/ops/scale.hpp"
#include "fanin/net/ops/shift.hpp"
#include "fanin/net/ops/softmax.hpp"
#include "fanin/net/toml/forms.hpp"

namespace fanin::net {
namespace {

OpPtr read_dense(Fields& fields, const FormContext&) { return dense(fields.integer("units", "the outputs")); }
void write_dense(const Op& op, FieldWriter& out) {
  out.integer("units", static_cast<const Dense&>(op).units());
  out.flag("bias", false);  // a node of its own
}

OpPtr read_activation(Fields& fields, const FormContext& context) {
  return activation(fields.activation("function").value_or(context.activation));
}
void write_activation(const Op& op, FieldWriter& out) {
  out.word("function", to_string(static_cast<const ActivationOp&>(op).function()));
}

OpPtr read_glu(Fields& fields, const FormContext&) {
  return std::make_shared<Glu>(fields.activation("gate").value_or(parse_activation("sigmoid")));
}
void write_glu(const Op& op, FieldWriter& out) { out.word("gate", to_string(static_cast<const Glu&>(op).gate())); }

OpPtr read_scale(Fields& fields, const FormContext&) {
  const double value = fields.number("value").value_or(1);
  const bool per_unit = fields.flag("per_unit", false);
  const bool trainable = fields.flag("trainable", per_unit);
  if (per_unit && !trainable) fields.fail(ErrorCode::bad_value, "trainable", "a scale per unit is trainable");
  if (!trainable) return scale(value);
  return trainable_scale(per_unit ? ScaleKind::per_unit : ScaleKind::trainable, value);
}
void write_scale(const Op& op, FieldWriter& out) {
  const auto& scale_op = static_cast<const Scale&>(op);
  out.number("value", scale_op.value());
  if (scale_op.type() != ScaleKind::fixed) out.flag("trainable", true);
  if (scale_op.type() == ScaleKind::per_unit) out.flag("per_unit", true);
}

OpPtr read_dropout(Fields& fields, const FormContext&) { return dropout(fields.number("rate").value_or(0.5)); }
void write_dropout(const Op& op, FieldWriter& out) { out.number("rate", static_cast<const Dropout&>(op).rate()); }

}  // namespace

std::span<const OpForm> unit_forms() noexcept {
  static constexpr std::array<OpForm, 9> kForms{{{"dense", read_dense, write_dense},
                                                 {"bias", read_nothing<bias>, write_nothing},
                                                 {"activation", read_activation, write_activation},
                                                 {"glu", read_glu, write_glu},
                                                 {"scale", read_scale, write_scale},
                                                 {"shift", read_nothing<shift>, write_nothing},
                                                 {"dropout", read_dropout, write_dropout},
                                                 {"softmax", read_nothing<softmax>, write_nothing},
                                                 {"log_softmax", read_nothing<log_softmax>, write_nothing}}};
  return kForms;
}

}  // namespace fanin::net

// Embeddings, attention and recurrent cells.
#include <array>

#include "fanin/net/ops/attention.hpp"
#include "fanin/net/ops/embedding.hpp"
#include "fanin/net/ops/gru.hpp"
#include "fanin/net/ops/lstm.hpp"
#include "fanin/net/ops/position_embedding.hpp"
#include "fanin/net/ops/rnn.hpp"
#include "fanin/net/toml/forms.hpp"

namespace fanin::net {
namespace {

OpPtr read_embedding(Fields& fields, const FormContext& context) {
  const std::int64_t width = fields.integer("width", "the values per token");
  if (fields.has("vocabulary")) return embedding(fields.integer("vocabulary", "the known tokens"), width);
  (void)fields.raw("vocabulary");
  try {
    return embedding(evaluate("vocabulary", context.names), width);
  } catch (const Error& error) {
    fields.fail(error.code(), "vocabulary", error.message());
  }
}
void write_embedding(const Op& op, FieldWriter& out) {
  const auto& embedding_op = static_cast<const Embedding&>(op);
  out.integer("vocabulary", embedding_op.vocabulary());
  out.integer("width", embedding_op.width());
}

OpPtr read_position_embedding(Fields& fields, const FormContext& context) {
  const bool sequence = !context.inputs.empty() && context.inputs[0].rank() > 0;
  return position_embedding(fields.integer("positions", sequence ? context.inputs[0][0] : 1));
}
void write_position_embedding(const Op& op, FieldWriter& out) {
  out.integer("positions", static_cast<const PositionEmbedding&>(op).positions());
}

const std::vector<std::string>& logit_scales() {
  static const std::vector<std::string> kScales{"sqrt_head_width", "head_width"};
  return kScales;
}

OpPtr read_attention(Fields& fields, const FormContext&) {
  AttentionOptions options;
  options.heads = fields.integer("heads", "the heads that share the width");
  options.causal = fields.flag("causal", false);
  options.bias = fields.flag("bias", true);
  options.logits = static_cast<LogitScale>(fields.choice("logits", logit_scales()));
  return attention(options);
}
void write_attention(const Op& op, FieldWriter& out) {
  const AttentionOptions& options = static_cast<const Attention&>(op).options();
  out.integer("heads", options.heads);
  out.flag("causal", options.causal);
  out.flag("bias", options.bias);
  out.word("logits", logit_scales()[static_cast<std::size_t>(options.logits)]);
}

template <typename Cell>
void write_recurrent(const Op& op, FieldWriter& out) {
  const RecurrentOptions& options = static_cast<const Cell&>(op).options();
  out.integer("units", options.units);
  out.flag("bias", options.bias);
  out.flag("last_only", options.last_only);
  out.flag("reverse", options.reverse);
}

template <OpPtr (*kMake)(const RecurrentOptions&)>
OpPtr read_cell(Fields& fields, const FormContext&) {
  return kMake(read_recurrent_options(fields));
}

OpPtr read_rnn(Fields& fields, const FormContext&) {
  const RecurrentOptions options = read_recurrent_options(fields);
  return std::make_shared<Rnn>(options, read_cell_function(fields));
}
void write_rnn(const Op& op, FieldWriter& out) {
  write_recurrent<Rnn>(op, out);
  out.word("activation", to_string(static_cast<const Rnn&>(op).function()));
}

}  // namespace

RecurrentOptions read_recurrent_options(Fields& fields) {
  RecurrentOptions options;
  options.units = fields.integer("units", "the width of the state");
  options.bias = fields.flag("bias", true);
  options.last_only = fields.flag("last_only", false);
  options.reverse = fields.flag("reverse", false);
  return options;
}

Activation read_cell_function(Fields& fields) {
  return fields.activation("activation").value_or(parse_activation("tanh"));
}

std::span<const OpForm> sequence_forms() noexcept {
  static constexpr std::array<OpForm, 6> kForms{
      {{"embedding", read_embedding, write_embedding},
       {"position_embedding", read_position_embedding, write_position_embedding},
       {"attention", read_attention, write_attention},
       {"rnn", read_rnn, write_rnn},
       {"lstm", read_cell<lstm>, write_recurrent<Lstm>},
       {"gru", read_cell<gru>, write_recurrent<Gru>}}};
  return kForms;
}

}  // namespace fanin::net

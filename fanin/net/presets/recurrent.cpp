// rnn, lstm, gru: recurrent layers over a sequence [time, in], the rows of an image or tokens, and a linear
// readout of the last state; of every state where the data have an answer for each position. char_lstm: the
// next character at each position of a text.
#include "fanin/core/error.hpp"
#include "fanin/net/ops/embedding.hpp"
#include "fanin/net/presets/layers.hpp"
#include "fanin/net/recurrent_stack.hpp"

namespace fanin::net {
namespace {

constexpr std::int64_t kMaxLayers = 1000;
constexpr std::int64_t kCharacters = 256;  // where nobody knows the vocabulary: bytes

struct Recurrent {
  std::string_view cell;
  std::int64_t units = 128;
  std::int64_t layers = 1;
  bool bidirectional = false;
  double dropout = 0;
  std::int64_t embedding = 0;  ///< width of a token's vector; 0: units
  bool each = false;           ///< an answer for each position
};

Recurrent read(const PresetCall& call, std::string_view cell) {
  Recurrent options{.cell = cell};
  options.units = read_count(call, "units", options.units);
  options.layers = read_count(call, "layers", options.layers, kMaxLayers);
  if (call.name != "char_lstm") {  // read backwards, a text would give the next character away
    options.bidirectional = call.reader.flag("bidirectional", false);
  }
  options.dropout = read_dropout(call);
  options.embedding = call.reader.integer("embedding", 0);
  if (options.embedding < 0) {
    throw Error(ErrorCode::bad_value, "net " + std::string(call.name), "embedding must be 0 (units) or more");
  }
  if (options.embedding == 0) options.embedding = options.units;
  return options;
}

Graph finish(Layers& layers, const Recurrent& options, std::int64_t vocabulary, std::int64_t outputs) {
  if (layers.shape().rank() == 1) layers.add("embedding", embedding(vocabulary, options.embedding));
  const RecurrentStack stack{.cell = options.cell,
                             .options = {.units = options.units, .last_only = !options.each},
                             .function = layers.activation(),
                             .layers = options.layers,
                             .bidirectional = options.bidirectional,
                             .dropout = options.dropout};
  layers.go_to(add_recurrent_stack(stack, std::string(options.cell), layers.here(), layers.graph()));
  layers.dense("head", outputs);
  return layers.finish();
}

/// The preset's name is its cell's.
Graph build(const PresetCall& call) {
  Recurrent options = read(call, call.name);
  options.each = call.reader.flag("each", call.context.positions > 1);
  const Activation function = call.name == "rnn" ? read_activation(call, "tanh") : parse_activation("tanh");
  call.reader.finish();
  Layers layers(call.name, call.context, function);
  layers.sequence({28, 28});
  return finish(layers, options, call.context.vocabulary, outputs_or(call.context, 10));
}

Graph build_char_lstm(const PresetCall& call) {
  Recurrent options = read(call, "lstm");
  options.each = true;
  call.reader.finish();
  Layers layers(call.name, call.context, parse_activation("tanh"));
  layers.input({64});
  if (layers.shape().rank() != 1) {
    throw Error(ErrorCode::bad_shape, "net char_lstm",
                "it takes tokens [time], but the input is " + to_string(layers.shape()));
  }
  const std::int64_t vocabulary = call.context.vocabulary > 0 ? call.context.vocabulary : kCharacters;
  return finish(layers, options, vocabulary, outputs_or(call.context, vocabulary));
}

constexpr std::string_view kArguments =
    "units=128, layers=1, bidirectional=false, dropout=0, embedding=units, each=false";

}  // namespace

const PresetEntry kRnnPreset{
    {"rnn", "units=128, layers=1, bidirectional=false, dropout=0, embedding=units, each=false, activation=tanh",
     "h = φ(W x + U h + b) along a sequence or the rows of an image, and a readout of its last state", "Elman 1990"},
    build};
const PresetEntry kLstmPreset{
    {"lstm", kArguments, "LSTM along a sequence or the rows of an image, and a readout of its last state",
     "Hochreiter & Schmidhuber 1997"},
    build};
const PresetEntry kGruPreset{
    {"gru", kArguments, "GRU along a sequence or the rows of an image, and a readout of its last state",
     "Cho et al. 2014, arXiv:1406.1078"},
    build};
const PresetEntry kCharLstmPreset{
    {"char_lstm", "units=128, layers=1, dropout=0, embedding=units",
     "characters as vectors, LSTM, and the next character at each position", "Graves 2013, arXiv:1308.0850"},
    build_char_lstm};

}  // namespace fanin::net

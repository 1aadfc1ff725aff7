#include "fanin/net/toml_network.hpp"

#include "fanin/core/error.hpp"
#include "fanin/net/toml/expand.hpp"
#include "fanin/net/toml/fields.hpp"

namespace fanin::net {
namespace {

constexpr std::int64_t kMaxExtent = std::int64_t{1} << 31;

Names names_of(const TomlTable& document, const Place& place, const NetworkContext& context) {
  Names names;
  const char* const hint = "write the number, or name the data to which the network is fitted";
  const auto set = [&](std::string_view name, std::int64_t value) {
    if (value > 0) {
      names.set(name, value);
    } else {
      names.set_unknown(name, hint);
    }
  };
  set("outputs", context.outputs);
  set("vocabulary", context.vocabulary);
  const TomlValue* value = find(document, "constants");
  if (value == nullptr) return names;
  const auto* table = std::get_if<TomlTable>(&value->value);
  if (table == nullptr) throw Error(ErrorCode::bad_value, place.at(value->line), "`constants` must be a table");
  for (const TomlEntry& entry : table->entries) {
    const std::string where = place.at(entry.value.line);
    if (!is_constant_name(entry.key)) {
      throw Error(ErrorCode::bad_value, where,
                  "a constant's name has letters, digits and '_' and begins with a letter, found '" +
                      entry.key.substr(0, 64) + "'");
    }
    if (const auto* integer = std::get_if<std::int64_t>(&entry.value.value)) {
      names.set(entry.key, *integer);
    } else if (const auto* number = std::get_if<double>(&entry.value.value)) {
      names.set(entry.key, *number);
    } else {
      throw Error(ErrorCode::bad_value, where,
                  "the constant '" + entry.key + "' must be a number, found " + std::string(kind_name(entry.value)));
    }
  }
  return names;
}

/// What the file says about its input must hold as many values as the data have.
Shape input_shape(Fields& fields, const NetworkContext& context) {
  const bool stated = fields.has("input");
  const std::vector<std::int64_t> extents = fields.integers("input");
  if (!stated) {
    if (context.input.rank() > 0) return context.input;
    fields.fail(ErrorCode::bad_value, "input",
                "the input's shape is not known; write input = [1, 28, 28] under [network], or name the data");
  }
  for (const std::int64_t extent : extents) {
    if (extent < 1 || extent > kMaxExtent) {
      fields.fail(ErrorCode::bad_shape, "input",
                  "sizes must be from 1 to 2^31, found " + std::to_string(extent) + " in `input`");
    }
  }
  if (extents.empty()) fields.fail(ErrorCode::bad_shape, "input", "`input` has no axis");
  try {
    Shape shape(extents);
    if (context.input.rank() > 0 && context.input.count() != shape.count()) {
      fields.fail(ErrorCode::bad_shape, "input",
                  "the description takes " + to_string(shape) + ", but the data give " + to_string(context.input));
    }
    return shape;
  } catch (const Error& error) {
    fields.fail(error.code(), "input", error.message());
  }
}

void check_top(const TomlTable& document, const Place& place) {
  const Names names;
  Fields fields(document, place, "the description", names);
  for (const char* key : {"network", "constants", "block", "layer"}) (void)fields.raw(key);
  fields.finish();
}

}  // namespace

Graph network_from_toml(std::string_view text, std::string_view source, const NetworkContext& context) {
  if (source.empty()) source = "network";
  const TomlTable document = parse_toml(text, source);
  const Place place{source, "", 0};
  check_top(document, place);
  const Names names = names_of(document, place, context);
  const Outline outline = outline_of(document, source);  // after it `network` is a table, if it is there

  const TomlValue* header = find(document, "network");
  const TomlTable nothing{{}, 1};
  const TomlTable& table = header == nullptr ? nothing : std::get<TomlTable>(header->value);
  Fields fields(table, place, "[network]", names);
  for (const char* key : {"name", "output"}) (void)fields.word(key);
  const std::string input_name = fields.word("input_name").value_or("input");
  std::optional<Activation> activation = fields.activation("activation");
  const Shape shape = input_shape(fields, context);
  fields.finish();
  if (!activation) activation = parse_activation(context.activation);

  LimitedGraph graph(context.max_nodes);
  NodeId input = 0;
  try {
    input = graph.add_input(input_name, shape);
  } catch (const Error& error) {
    fields.fail(error.code(), "input", error.message());
  }
  return graph.finish(expand(outline, {source, *activation, names}, input, graph));
}

}  // namespace fanin::net

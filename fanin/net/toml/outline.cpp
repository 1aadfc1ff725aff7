#include "fanin/net/toml/outline.hpp"

#include <algorithm>
#include <unordered_map>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/net/toml/fields.hpp"
#include "fanin/net/toml/forms.hpp"

namespace fanin::net {
namespace {

constexpr std::size_t kMaxName = 256;
constexpr std::size_t kMaxBlocks = 256;
constexpr int kMaxDepth = 16;
constexpr std::size_t kMaxCandidates = 500;  // names compared with a misspelled one

const Names kNoNames;

void check_name(const Fields& fields, std::string_view key, const std::string& name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.' || c == '/';
  };
  if (name.empty() || name.size() > kMaxName || !std::all_of(name.begin(), name.end(), allowed)) {
    fields.fail(ErrorCode::bad_value, key,
                "a name has 1 to 256 letters, digits, '_', '-', '.' or '/', found '" + name.substr(0, 64) + "'");
  }
}

/// The tables of an array of tables. `what` names them in messages.
std::vector<const TomlTable*> tables_of(const TomlValue* value, const Place& place, const std::string& header) {
  std::vector<const TomlTable*> tables;
  if (value == nullptr) return tables;
  const auto* array = std::get_if<std::vector<TomlValue>>(&value->value);
  if (array == nullptr) {
    throw Error(ErrorCode::bad_value, place.at(value->line),
                "write each as a table of its own, [[" + header + "]]; found " + std::string(kind_name(*value)));
  }
  for (const TomlValue& item : *array) {
    const auto* table = std::get_if<TomlTable>(&item.value);
    if (table == nullptr) {
      throw Error(ErrorCode::bad_value, place.at(item.line),
                  "write each as a table of its own, [[" + header + "]]; found " + std::string(kind_name(item)));
    }
    tables.push_back(table);
  }
  return tables;
}

class ListOutliner final {
 public:
  ListOutliner(const Outline& outline, std::string_view source, std::vector<std::string> inputs)
      : outline_(outline), source_(source) {
    list_.inputs = std::move(inputs);
  }

  /// @param owner  the table that may name the output. @param header  "layer" or "block.layer".
  LayerList run(Fields& owner, const std::vector<const TomlTable*>& tables, const std::string& header) {
    if (tables.empty()) owner.fail(ErrorCode::bad_syntax, "", "there are no layers: write [[" + header + "]] entries");
    for (const TomlTable* table : tables) read_names(*table);
    for (std::size_t i = 0; i < list_.layers.size(); ++i) connect(i);
    read_output(owner);
    check_everything_is_read();
    return std::move(list_);
  }

  [[nodiscard]] int depth() const noexcept { return depth_; }

 private:
  [[nodiscard]] Place place_of(const LayerOutline& layer) const { return {source_, layer.name, 0}; }

  void read_names(const TomlTable& table) {
    const Place place{source_, "", 0};
    Fields fields(table, place, "a layer", kNoNames);
    LayerOutline layer;
    layer.table = &table;
    const std::optional<std::string> name = fields.word("name");
    const std::optional<std::string> op = fields.word("op");
    if (!op) {
      fields.fail(ErrorCode::bad_syntax, "op",
                  "layer " + (name ? "'" + *name + "'" : std::to_string(list_.layers.size() + 1)) +
                      " needs `op`, such as \"dense\"");
    }
    layer.op = *op;
    layer.name = name ? *name : layer.op.substr(0, 64) + std::to_string(++ordinals_[layer.op]);
    check_name(fields, name ? "name" : "op", layer.name);
    layer.scope = fields.word("scope").value_or(layer.name);
    check_name(fields, "scope", layer.scope);
    if (std::find(list_.inputs.begin(), list_.inputs.end(), layer.name) != list_.inputs.end()) {
      fields.fail(ErrorCode::bad_value, "name", "'" + layer.name + "' is the name of an input; take another");
    }
    const auto [known, is_new] = index_.emplace(layer.name, list_.layers.size());
    if (!is_new) {
      fields.fail(ErrorCode::bad_value, "name",
                  "the name '" + layer.name + "' is taken by the layer in line " +
                      std::to_string(list_.layers[known->second].table->line));
    }
    list_.layers.push_back(std::move(layer));
  }

  void connect(std::size_t index) {
    LayerOutline& layer = list_.layers[index];
    const Place place = place_of(layer);
    Fields fields(*layer.table, place, "a layer", kNoNames);
    resolve_op(fields, layer);
    const std::vector<std::string> from = fields.words("from");
    if (from.empty()) {
      if (index == 0 && list_.inputs.size() > 1) {
        fields.fail(ErrorCode::bad_syntax, "from",
                    "the block has several inputs: say with `from` which this one reads");
      }
      layer.from.push_back(index == 0 ? Source{true, 0} : Source{false, index - 1});
    }
    for (const std::string& name : from) layer.from.push_back(source_of(fields, index, name));
  }

  void resolve_op(const Fields& fields, LayerOutline& layer) {
    if (find_form(layer.op) != nullptr) return;
    for (const std::unique_ptr<Block>& block : outline_.blocks) {
      if (block->name != layer.op) continue;
      layer.block = block.get();
      depth_ = std::max(depth_, block->depth + 1);
      return;
    }
    std::vector<std::string> known = form_names();
    for (const std::unique_ptr<Block>& block : outline_.blocks) known.push_back(block->name);
    fields.fail(ErrorCode::unknown_name, "op",
                "no op or block above is called '" + layer.op.substr(0, 64) + "'; " + suggestion(layer.op, known));
  }

  Source source_of(const Fields& fields, std::size_t index, const std::string& name) const {
    const auto input = std::find(list_.inputs.begin(), list_.inputs.end(), name);
    if (input != list_.inputs.end()) return {true, static_cast<std::size_t>(input - list_.inputs.begin())};
    const auto found = index_.find(name);
    if (found == index_.end()) unknown_layer(fields, "from", index, name);
    if (found->second < index) return {false, found->second};
    if (found->second == index) {
      fields.fail(ErrorCode::bad_value, "from", "the layer reads its own output: that is a cycle");
    }
    fields.fail(ErrorCode::bad_value, "from",
                "it reads '" + name + "', which stands below it in line " +
                    std::to_string(list_.layers[found->second].table->line) +
                    "; a layer can only read layers above it, so there can be no cycle");
  }

  [[noreturn]] void unknown_layer(const Fields& fields, std::string_view key, std::size_t end,
                                  const std::string& name) const {
    std::vector<std::string> known = list_.inputs;
    for (std::size_t i = end - std::min(end, kMaxCandidates); i < end; ++i) known.push_back(list_.layers[i].name);
    std::vector<std::string> near = nearest_names(name, known);
    if (near.empty())
      near.assign(known.end() - static_cast<std::ptrdiff_t>(std::min<std::size_t>(known.size(), 8)), known.end());
    fields.fail(ErrorCode::unknown_name, key,
                "no layer above is called '" + name.substr(0, 64) + "'; " + suggestion(name, near));
  }

  void read_output(Fields& owner) {
    list_.output = list_.layers.size() - 1;
    const std::optional<std::string> name = owner.word("output");
    if (!name) return;
    const auto found = index_.find(*name);
    if (found == index_.end()) unknown_layer(owner, "output", list_.layers.size(), *name);
    list_.output = found->second;
  }

  void check_everything_is_read() const {
    std::vector<bool> layer_read(list_.layers.size(), false);
    std::vector<bool> input_read(list_.inputs.size(), false);
    layer_read[list_.output] = true;
    for (const LayerOutline& layer : list_.layers) {
      for (const Source& source : layer.from) (source.input ? input_read : layer_read)[source.index] = true;
    }
    const auto unread = std::find(layer_read.begin(), layer_read.end(), false);
    if (unread != layer_read.end()) {
      const LayerOutline& layer = list_.layers[static_cast<std::size_t>(unread - layer_read.begin())];
      throw Error(ErrorCode::bad_value, place_of(layer).at(layer.table->line),
                  "nothing reads this layer; name it in a later layer's `from`, make it the output, or remove it");
    }
    const auto input = std::find(input_read.begin(), input_read.end(), false);
    if (input != input_read.end()) {
      const LayerOutline& first = list_.layers.front();
      throw Error(ErrorCode::bad_value, place_of(first).at(first.table->line),
                  "no layer reads '" + list_.inputs[static_cast<std::size_t>(input - input_read.begin())] + "'");
    }
  }

  const Outline& outline_;
  std::string_view source_;
  LayerList list_;
  std::unordered_map<std::string, std::size_t> index_;
  std::unordered_map<std::string, int> ordinals_;
  int depth_ = 1;
};

std::vector<Block::Argument> read_arguments(Fields& fields) {
  std::vector<Block::Argument> arguments;
  const TomlTable* table = fields.table("arguments");
  if (table == nullptr) return arguments;
  for (const TomlEntry& entry : table->entries) {
    const auto& keys = layer_keys();
    const std::string where = fields.place().at(entry.value.line);
    if (!is_constant_name(entry.key) || std::find(keys.begin(), keys.end(), entry.key) != keys.end()) {
      throw Error(ErrorCode::bad_value, where,
                  "an argument's name has letters, digits and '_', begins with a letter, and is none of name, op, "
                  "from, scope and repeat; found '" +
                      entry.key.substr(0, 64) + "'");
    }
    if (const auto* integer = std::get_if<std::int64_t>(&entry.value.value)) {
      arguments.push_back({entry.key, *integer});
    } else if (const auto* number = std::get_if<double>(&entry.value.value)) {
      arguments.push_back({entry.key, *number});
    } else {
      throw Error(ErrorCode::bad_value, where,
                  "the argument '" + entry.key + "' needs a number for where none is given, found " +
                      std::string(kind_name(entry.value)));
    }
  }
  return arguments;
}

void add_block(Outline& outline, const TomlTable& table, std::string_view source) {
  const Place place{source, "", 0};
  Fields fields(table, place, "a block", kNoNames);
  auto block = std::make_unique<Block>();
  const std::optional<std::string> name = fields.word("name");
  if (!name) fields.fail(ErrorCode::bad_syntax, "name", "a block needs `name`, under which layers use it as their op");
  check_name(fields, "name", *name);
  block->name = *name;
  block->line = table.line;
  if (find_form(*name) != nullptr) {
    fields.fail(ErrorCode::bad_value, "name", "'" + *name + "' is an op; call the block something else");
  }
  for (const std::unique_ptr<Block>& other : outline.blocks) {
    if (other->name != *name) continue;
    fields.fail(ErrorCode::bad_value, "name",
                "the block in line " + std::to_string(other->line) + " is called '" + *name + "' already");
  }
  block->arguments = read_arguments(fields);
  std::vector<std::string> inputs = fields.words("inputs");
  if (inputs.empty()) inputs.emplace_back("input");
  for (const std::string& input : inputs) {
    check_name(fields, "inputs", input);
    if (std::count(inputs.begin(), inputs.end(), input) > 1) {
      fields.fail(ErrorCode::bad_value, "inputs", "the input '" + input + "' is named twice");
    }
  }
  const std::vector<const TomlTable*> layers = tables_of(fields.raw("layer"), place, "block.layer");
  ListOutliner outliner(outline, source, std::move(inputs));
  block->list = outliner.run(fields, layers, "block.layer");
  fields.finish();
  block->depth = outliner.depth();
  if (block->depth > kMaxDepth) fields.fail(ErrorCode::bad_value, "", "blocks are nested more than 16 deep");
  outline.blocks.push_back(std::move(block));
}

}  // namespace

const std::vector<std::string>& layer_keys() {
  static const std::vector<std::string> kKeys{"name", "op", "from", "scope", "repeat"};
  return kKeys;
}

Outline outline_of(const TomlTable& document, std::string_view source) {
  Outline outline;
  const Place place{source, "", 0};
  const std::vector<const TomlTable*> blocks = tables_of(find(document, "block"), place, "block");
  if (blocks.size() > kMaxBlocks) {
    throw Error(ErrorCode::bad_data, place.at(blocks[kMaxBlocks]->line), "there are more than 256 blocks");
  }
  for (const TomlTable* block : blocks) add_block(outline, *block, source);
  const TomlValue* network = find(document, "network");
  static const TomlTable kNothing{{}, 1};
  const auto* owner = network == nullptr ? &kNothing : std::get_if<TomlTable>(&network->value);
  if (owner == nullptr) {
    throw Error(ErrorCode::bad_value, place.at(network->line), "`network` must be a table, [network]");
  }
  Fields fields(*owner, place, "[network]", kNoNames);
  outline.network =
      ListOutliner(outline, source, {"input"}).run(fields, tables_of(find(document, "layer"), place, "layer"), "layer");
  return outline;
}

}  // namespace fanin::net

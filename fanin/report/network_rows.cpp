#include "fanin/report/network_rows.hpp"

#include <algorithm>

namespace fanin::report {
namespace {

constexpr std::size_t kLongestPattern = 32;
constexpr std::size_t kFewestTimes = 3;

std::string op_text(const net::Node& node) {
  const std::string attributes = node.op->attributes();
  if (node.op->kind() == "activation") return attributes;
  std::string text(node.op->kind());
  return attributes.empty() ? text : text.append("(").append(attributes).append(")");
}

bool continues(const net::Graph& graph, net::NodeId id) {
  const net::Node& node = graph.node(id);
  return id > 0 && node.op != nullptr && graph.node(id - 1).op != nullptr && graph.node(id - 1).scope == node.scope &&
         node.inputs == std::vector<net::NodeId>{id - 1};
}

void add_node(LayerRow& row, const net::Node& node) {
  row.shape = to_string(node.shape);
  row.flops += node.cost.forward_flops;
  row.values += static_cast<double>(node.shape.count());
  for (const net::ParameterSpec& parameter : node.parameters) {
    row.parameters += parameter.shape().count();
    if (parameter.has_fans()) row.fans.push_back(net::fans(parameter));
  }
}

/// " of a, b" when the row does not simply follow the one before.
std::string sources(const net::Graph& graph, net::NodeId id) {
  const std::vector<net::NodeId>& inputs = graph.node(id).inputs;
  if (inputs.size() == 1 && inputs[0] + 1 == id) return "";
  std::string text;
  for (const net::NodeId input : inputs) text.append(text.empty() ? " of " : ", ").append(graph.node(input).scope);
  return text;
}

bool alike(const LayerRow& a, const LayerRow& b) {
  // Behind " of " stand names.
  const auto form = [](const std::string& what) { return std::string_view(what).substr(0, what.find(" of ")); };
  return a.parameters == b.parameters && a.shape == b.shape && a.flops == b.flops && a.values == b.values &&
         form(a.what) == form(b.what) && a.fans.size() == b.fans.size();
}

/// How often rows [begin, begin + count) occur one after the other.
std::size_t times_at(const std::vector<LayerRow>& rows, std::size_t begin, std::size_t count) {
  std::size_t end = begin + count;
  while (end < rows.size() && alike(rows[end], rows[end - count])) ++end;
  return (end - begin) / count;
}

/// The block that a row belongs to: "layer1.0" of "layer1.0.conv1", else the name's first part.
std::string_view block_of(std::string_view name) {
  std::size_t end = std::min(name.find('.'), name.size());
  for (std::size_t begin = 0; begin < name.size();) {
    const std::size_t stop = std::min(name.find('.', begin), name.size());
    const std::string_view part = name.substr(begin, stop - begin);
    if (part.find_first_not_of("0123456789") == std::string_view::npos) end = stop;
    begin = stop + 1;
  }
  return name.substr(0, end);
}

/// Whether rows [begin, begin + count) are one block.
bool is_block(const std::vector<LayerRow>& rows, std::size_t begin, std::size_t count) {
  return std::all_of(rows.begin() + static_cast<std::ptrdiff_t>(begin),
                     rows.begin() + static_cast<std::ptrdiff_t>(begin + count),
                     [&](const LayerRow& row) { return block_of(row.name) == block_of(rows[begin].name); });
}

/// The longest repetition from row i on.
RowRun run_at(const std::vector<LayerRow>& rows, std::size_t i) {
  RowRun best{i, 1, 1};
  for (std::size_t count = 1; count <= kLongestPattern; ++count) {
    const std::size_t times = times_at(rows, i, count);
    if (times >= kFewestTimes && count * times > best.count * best.times) best = {i, count, times};
  }
  return best;
}

/// Whether a block begins within the run's first repetition, from which on it would repeat as well.
bool better_begun_later(const std::vector<LayerRow>& rows, const RowRun& run) {
  if (run.times == 1 || is_block(rows, run.begin, run.count)) return false;
  for (std::size_t i = run.begin + 1; i < run.begin + run.count; ++i) {
    if (is_block(rows, i, run.count)) return times_at(rows, i, run.count) >= kFewestTimes;
  }
  return false;
}

}  // namespace

std::vector<LayerRow> layer_rows(const net::Graph& graph) {
  std::vector<LayerRow> rows;
  for (net::NodeId id = 0; id < graph.nodes().size(); ++id) {
    const net::Node& node = graph.node(id);
    if (continues(graph, id)) {
      rows.back().what.append(" + ").append(op_text(node));
    } else {
      rows.push_back({.name = node.scope, .what = node.op == nullptr ? "input" : op_text(node) + sources(graph, id)});
    }
    add_node(rows.back(), node);
  }
  return rows;
}

std::vector<RowRun> row_runs(const std::vector<LayerRow>& rows) {
  std::vector<RowRun> runs;
  for (std::size_t i = 0; i < rows.size(); i += runs.back().count * runs.back().times) {
    const RowRun run = run_at(rows, i);
    runs.push_back(better_begun_later(rows, run) ? RowRun{i, 1, 1} : run);
  }
  return runs;
}

}  // namespace fanin::report

#include "fanin/experiment/trace_file/parser.hpp"

#include <algorithm>

#include "fanin/core/error.hpp"
#include "fanin/experiment/trace_file/lines.hpp"
#include "fanin/net/toml_network.hpp"

namespace fanin::experiment::trace_file {
namespace {

constexpr int kMostNesting = 64;
constexpr std::int64_t kMostElements = std::int64_t{1} << 62;

const Path kRoot{};

/// How deep arrays and objects lie in each other.
int nesting(std::string_view line) {
  int depth = 0;
  int deepest = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return deepest;
}

std::string text_or(const ReadJson& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

void check_node(const observe::Trace& trace, std::size_t i) {
  const observe::TraceNode& node = trace.nodes[i];
  const Path list{&kRoot, "nodes"};
  const Path path{&list, nullptr, i};
  if (node.units < 0) path.fail("units is negative");
  if (std::ranges::any_of(node.inputs, [&](std::size_t input) { return input >= i; })) {
    path.fail("an input must be the position of a node before it");
  }
  if (std::ranges::any_of(node.parameters, [&](std::size_t p) { return p >= trace.parameters.size(); })) {
    path.fail("there are " + std::to_string(trace.parameters.size()) + " parameters, and one beyond them is named");
  }
}

void check_parameter(const observe::TraceParameter& parameter, std::size_t i) {
  const Path list{&kRoot, "parameters"};
  const Path path{&list, nullptr, i};
  if (parameter.fan_in < 0 || parameter.fan_out < 0 || parameter.units < 0) path.fail("a count is negative");
  std::int64_t elements = 1;
  for (const std::int64_t extent : parameter.shape) {
    if (extent < 0) path.fail("shape: an extent is negative");
    if (extent != 0 && elements > kMostElements / extent) path.fail("shape: has more than 2^62 elements");
    elements *= extent;
  }
}

std::size_t bytes_of(const observe::TraceStep& step) {
  std::size_t bins = 0;
  for (const observe::NodeRecord& node : step.nodes) {
    bins += node.output_histogram.counts.capacity() + node.gradient_histogram.counts.capacity();
  }
  for (const observe::ParameterRecord& parameter : step.parameters) {
    bins += parameter.value_histogram.counts.capacity();
  }
  return sizeof(step) + step.nodes.size() * sizeof(observe::NodeRecord) +
         step.parameters.size() * sizeof(observe::ParameterRecord) + bins * sizeof(std::int64_t);
}

void check_records(const ReadJson& json, const char* name, std::size_t expected) {
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) return;
  const Path path{&kRoot, name};
  expect_array(*found, path);
  if (!found->empty() && found->size() != expected) {
    path.fail("there are " + std::to_string(found->size()) + " records, but the header lists " +
              std::to_string(expected));
  }
}

}  // namespace

void Parser::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    if (part.size() + unfinished_.size() > limits_.line_bytes) {
      throw Error(ErrorCode::bad_data, where(),
                  "the line is longer than " + std::to_string(limits_.line_bytes) + " bytes, the limit for one step");
    }
    unfinished_ += part;
    if (end == std::string_view::npos) return;
    read_line(unfinished_);
    unfinished_.clear();
    bytes.remove_prefix(end + 1);
  }
}

void Parser::finish() {
  if (!ReadJson::accept(unfinished_)) return;
  read_line(unfinished_);
  unfinished_.clear();
}

std::string Parser::where(std::uint64_t column) const {
  return name_ + ", line " + std::to_string(lines_ + 1) + ", byte offset " + std::to_string(offset_ + column);
}

ReadJson Parser::parse_json(std::string_view line) const {
  // nlohmann's lexer takes a zero byte for the end.
  const std::size_t zero = line.find('\0');
  if (zero != std::string_view::npos) throw Error(ErrorCode::bad_data, where(zero), "a zero byte stands in the text");
  if (nesting(line) > kMostNesting) {
    throw Error(ErrorCode::bad_data, where(), "values are nested more than " + std::to_string(kMostNesting) + " deep");
  }
  try {
    return ReadJson::parse(line);
  } catch (const ReadJson::parse_error& error) {
    const std::string first = lines_ == 0 ? "this is no trace, whose every line is a JSON object: " : "is no JSON: ";
    throw Error(ErrorCode::bad_data, where(error.byte == 0 ? 0 : error.byte - 1), first + error.what());
  } catch (const ReadJson::out_of_range& error) {  // 1e400
    throw Error(ErrorCode::bad_data, where(), std::string("holds a number beyond double precision: ") + error.what());
  }
}

void Parser::read_line(std::string_view line) {
  if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
    const ReadJson json = parse_json(line);
    try {
      expect_object(json, kRoot);
      read_record(json);
    } catch (const Fault& fault) {
      throw Error(ErrorCode::bad_data, where(), fault.message);
    }
  }
  offset_ += line.size() + 1;
  ++lines_;
}

void Parser::read_record(const ReadJson& json) {
  const std::string record = text_or(json, "record");
  if (!started_) return read_header(json);
  if (record == "header") {
    throw Fault{"a second header: two runs in one file; give each run a file of its own, or cut this one here"};
  }
  if (ended_) throw Fault{"something follows the end line"};
  if (record == "step") {
    read_step(json);
  } else if (record == "facts") {
    read_facts(json);
  } else if (record == "end") {
    FieldReader reader(json, kRoot);
    visit_end(trace_, reader);
    if (trace_.ended.empty()) throw Fault{"ended: must say how, as in \"finished\""};
    ended_ = true;
  } else if (record.empty()) {
    throw Fault{"'record' is missing; it says what the line is: step, facts or end"};
  }  // Else a record that a later version has added.
}

void Parser::read_header(const ReadJson& json) {
  if (text_or(json, "record") != "header" || text_or(json, "format") != kFormat) {
    throw Fault{R"(a trace starts with {"record": "header", "format": ")" + std::string(kFormat) +
                R"(", …}; recorders that write it are in integrations/, docs/trace.md describes it)"};
  }
  FieldReader reader(json, kRoot);
  reader("version", trace_.version);
  if (trace_.version < 1) throw Fault{"version: there is no version " + std::to_string(trace_.version)};
  if (trace_.version > kVersion) {
    throw Error(ErrorCode::unsupported, where(),
                "is version " + std::to_string(trace_.version) + " of the format, and this fanin reads up to " +
                    std::to_string(kVersion) + "; take a newer fanin, or the recorder that came with this one");
  }
  visit_header(trace_, reader);
  for (std::size_t i = 0; i < trace_.parameters.size(); ++i) check_parameter(trace_.parameters[i], i);
  for (std::size_t i = 0; i < trace_.nodes.size(); ++i) check_node(trace_, i);
  if (trace_.outputs < 0 || trace_.batch_rows < 0) throw Fault{"outputs or batch_rows is negative"};
  read_network(json);
  started_ = true;
}

void Parser::read_network(const ReadJson& json) {
  const auto found = json.find("network");
  if (found == json.end() || found->is_null()) return;
  const Path path{&kRoot, "network"};
  if (!found->is_string()) path.fail("must be a text");
  try {
    trace_.graph = net::network_from_toml(found->get<std::string>(), "network", {.max_nodes = trace_.nodes.size()});
  } catch (const Error& error) {
    throw Error(error.code(), where(), std::string("network: ") + error.what());
  }
  const auto same = [](const net::Node& a, const observe::TraceNode& b) { return a.name == b.name; };
  if (!std::ranges::equal(trace_.graph->nodes(), trace_.nodes, same)) {
    path.fail("its nodes are not those that the header lists; leave it out where they differ");
  }
}

void Parser::read_step(const ReadJson& json) {
  check_records(json, "nodes", trace_.nodes.size());
  check_records(json, "parameters", trace_.parameters.size());
  observe::TraceStep step;
  FieldReader reader(json, kRoot);
  visit_fields(step, reader);
  if (step.nodes.empty() != step.parameters.empty() && !trace_.nodes.empty() && !trace_.parameters.empty()) {
    throw Fault{"a step has records of all nodes and all parameters, or none"};
  }
  const std::int64_t last = trace_.steps.empty() ? -1 : trace_.steps.back().step;
  if (step.step <= last) {
    throw Fault{"step: " + std::to_string(step.step) + " does not follow " + std::to_string(last) +
                "; steps start at 0 and rise"};
  }
  take_memory(bytes_of(step));
  trace_.steps.push_back(std::move(step));
}

void Parser::read_facts(const ReadJson& json) {
  FieldReader reader(json, kRoot);
  visit_facts(trace_, reader);
}

void Parser::take_memory(std::uint64_t bytes) {
  memory_ += bytes;
  if (memory_ <= limits_.memory_bytes) return;
  throw Error(ErrorCode::bad_data, where(),
              "the steps so far take more than the limit of " + std::to_string(limits_.memory_bytes) +
                  " bytes; record full statistics less often, or cut the file before this line");
}

}  // namespace fanin::experiment::trace_file

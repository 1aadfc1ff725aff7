#include "apps/fanin/init_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/version.hpp"
#include "fanin/init/explain.hpp"
#include "fanin/report/numbers.hpp"
#include "fanin/report/paragraph.hpp"
#include "fanin/report/table.hpp"

namespace fanin::cli {
namespace {

bool is_constant(const experiment::PlannedTensor& tensor) {
  const std::optional<init::Law> law = tensor.rule->law(tensor.parameter);
  return law && std::holds_alternative<init::Constant>(*law);
}

/// The same axes and the same rule: the explanation would be the same.
bool are_alike(const experiment::PlannedTensor& a, const experiment::PlannedTensor& b) {
  const auto layout = [](const experiment::PlannedTensor& tensor) {
    std::string text = tensor.rule->text();
    for (const net::Dimension& dimension : tensor.parameter.dimensions) {
      text += '|';
      for (const net::AxisFactor& factor : dimension) {
        text += fmt::format("{}={} ", net::to_string(factor.axis), factor.extent);
      }
    }
    return text;
  };
  return layout(a) == layout(b);
}

/// "[4*256 gate x out, 784 in]": what each axis runs over.
std::string axes_text(const net::ParameterSpec& parameter) {
  std::vector<std::string> axes;
  for (const net::Dimension& dimension : parameter.dimensions) {
    std::vector<std::int64_t> extents;
    std::vector<std::string_view> names;
    for (const net::AxisFactor& factor : dimension) {
      extents.push_back(factor.extent);
      names.push_back(net::to_string(factor.axis));
    }
    axes.push_back(fmt::format("{} {}", fmt::join(extents, "*"), fmt::join(names, " x ")));
  }
  return fmt::format("[{}]", fmt::join(axes, ", "));
}

/// The rule's text as fanin's own dialect has it: "he_normal(dialect=keras)" -> "he_normal".
std::string without_dialect(const std::string& rule) {
  const CallExpr call = parse_call(rule, "initializer");
  std::vector<std::string> arguments;
  for (const CallArgument& argument : call.arguments) {
    if (argument.key == "dialect") continue;
    arguments.push_back(argument.key.empty() ? argument.text : fmt::format("{}={}", argument.key, argument.text));
  }
  return arguments.empty() ? call.name : fmt::format("{}({})", call.name, fmt::join(arguments, ", "));
}

std::string explain_tensor(const experiment::PlannedTensor& tensor, const report::Terminal& terminal) {
  std::string out;
  report::add_paragraph(
      out, fmt::format("{} {}: {}", tensor.parameter.name, axes_text(tensor.parameter), tensor.rule->text()),
      report::Style::strong, terminal);
  std::vector<init::DialectRow> rows;
  try {
    rows = init::explain(without_dialect(tensor.rule->text()), tensor.parameter);
  } catch (const Error& error) {
    report::add_paragraph(out, error.message(), report::Style::plain, terminal);
    return out;
  }
  report::Table table({{"dialect"},
                       report::flexible("formula", 14),
                       {"fan_in", report::Align::right},
                       {"fan_out", report::Align::right},
                       {"std", report::Align::right},
                       report::flexible("difference", 20)});
  for (const init::DialectRow& row : rows) {
    const bool fans = row.fans.has_value();
    table.add_row({{std::string(init::to_string(row.dialect)), report::Style::accent},
                   {row.available ? (row.law.empty() ? row.text : row.law) : "-"},
                   {fans ? std::to_string(row.fans->fan_in) : "-"},
                   {fans ? std::to_string(row.fans->fan_out) : "-"},
                   {row.available ? report::significant(row.std_dev) : "-"},
                   {row.note, report::Style::faint}});
  }
  return out + table.render(terminal);
}

}  // namespace

std::string plan_table(const experiment::WeightPlan& plan, const report::Terminal& terminal) {
  report::Table table({report::flexible("tensor", 16),
                       {"shape"},
                       {"type"},
                       {"role"},
                       report::flexible("rule", 16),
                       {"std", report::Align::right},
                       report::flexible("because", 16)});
  for (const experiment::PlannedTensor& tensor : plan.tensors) {
    const bool drawn = tensor.rule.has_value();
    table.add_row({{tensor.parameter.name, report::Style::accent},
                   {to_string(tensor.parameter.shape())},
                   {std::string(to_string(tensor.dtype))},
                   {tensor.role},
                   {drawn ? tensor.rule->text() : "kept as it is"},
                   {drawn ? report::significant(tensor.rule->std_dev(tensor.parameter)) : ""},
                   {tensor.reason, report::Style::faint}});
  }
  return table.render(terminal);
}

std::string explanation(const experiment::WeightPlan& plan, const report::Terminal& terminal) {
  std::string out = plan_table(plan, terminal);
  std::vector<const experiment::PlannedTensor*> done;
  for (const experiment::PlannedTensor& tensor : plan.tensors) {
    if (!tensor.rule || is_constant(tensor)) continue;
    if (std::ranges::any_of(done, [&](const auto* other) { return are_alike(*other, tensor); })) continue;
    done.push_back(&tensor);
    out.append("\n").append(explain_tensor(tensor, terminal));
  }
  return out;
}

std::string slice_json(const io::Array& array, const std::string& tensor, std::uint64_t first) {
  std::string values = value_lines(array);
  if (!values.empty()) values.pop_back();
  for (std::size_t at = 0; (at = values.find('\n', at)) != std::string::npos; at += 2) values.replace(at, 1, ", ");
  return fmt::format("{{\"version\": \"{}\", \"tensor\": {}, \"first\": {}, \"values\": [{}]}}\n", kVersion,
                     nlohmann::json(tensor).dump(), first, values);
}

std::string value_lines(const io::Array& array) {
  std::string text;
  if (array.dtype == DType::f64) {
    for (const double value : io::to_doubles(array)) text += fmt::format("{}\n", value);
  } else {
    for (const float value : io::to_floats(array)) text += fmt::format("{}\n", value);
  }
  return text;
}

}  // namespace fanin::cli

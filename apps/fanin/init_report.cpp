#include "apps/fanin/init_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fanin/report/numbers.hpp"
#include "fanin/report/table.hpp"

namespace fanin::cli {

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

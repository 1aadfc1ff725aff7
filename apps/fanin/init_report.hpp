// What `fanin init` shows: the planned tensors, and where libraries differ.
#pragma once

#include <cstdint>
#include <string>

#include "fanin/experiment/weights/plan.hpp"
#include "fanin/io/array.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::cli {

/// A table of name, shape, type, role, rule and standard deviation.
std::string plan_table(const experiment::WeightPlan& plan, const report::Terminal& terminal);

/// For every tensor its formula, fans and standard deviation, and what the same name gives it in other
/// libraries. Tensors of one rule and one shape are explained once.
std::string explanation(const experiment::WeightPlan& plan, const report::Terminal& terminal);

/// {"version", "tensor", "first", "values"}.
std::string slice_json(const io::Array& array, const std::string& tensor, std::uint64_t first);

/// One value per line, in the shortest form that reads back to the same element.
std::string value_lines(const io::Array& array);

}  // namespace fanin::cli

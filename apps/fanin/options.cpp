#include "apps/fanin/options.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <utility>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"

namespace fanin::cli {
namespace {

[[noreturn]] void refuse(std::string_view name, const std::string& given, const std::string& problem) {
  throw Error(ErrorCode::bad_value, std::string(name), "'" + given + "' " + problem);
}

double finite_number(const std::string& name, const std::string& given) {
  const std::optional<double> parsed = parse_number(given);
  if (!parsed) refuse(name, given, "is not a finite number");
  return *parsed;
}

double fraction_of(const std::string& name, const std::string& given) {
  const bool in_percent = given.back() == '%';
  const std::optional<double> parsed = parse_number(in_percent ? given.substr(0, given.size() - 1) : given);
  if (!parsed) refuse(name, given, "is not a number such as 0.1 or 10%");
  return in_percent ? *parsed / 100 : *parsed;
}

/// "--validation,--validation-fraction" -> "--validation".
std::string first_name(std::string_view names) { return std::string(names.substr(0, names.find(','))); }

}  // namespace

CLI::Option* OptionReader::add(std::string_view name, std::string_view placeholder, std::string_view help) {
  CLI::Option* option = app_.add_option(
      std::string(name), [](const CLI::results_t&) { return true; }, std::string(help));
  option->type_name(std::string(placeholder));
  option->type_size(1);
  option->expected(1);
  option->allow_extra_args(false);
  option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  option->group(group_);
  return option;
}

void OptionReader::flag(std::string_view name, std::string_view help, bool& value) {
  app_.add_flag(std::string(name), value, std::string(help))->group(group_);
}

void OptionReader::convert(std::string_view name, std::string_view placeholder, std::string_view help,
                           std::function<void(const std::string&)> convert) {
  entries_.push_back(
      {add(name, placeholder, help), [convert = std::move(convert), key = first_name(name)](const std::string& given) {
         if (given.empty()) throw Error(ErrorCode::bad_value, key, "its value is empty");
         convert(given);
       }});
}

void OptionReader::text(std::string_view name, std::string_view placeholder, std::string_view help,
                        std::string& value) {
  convert(name, placeholder, help, [&value](const std::string& given) { value = given; });
}

void OptionReader::json(std::string_view what_moves, std::string& value) {
  const std::string help = "print the results as JSON, and the " + std::string(what_moves) +
                           " to standard error; with a file, write them there";
  CLI::Option* option = add("--json", "[FILE]", help);
  option->expected(0, 1);
  entries_.push_back({option, [&value](const std::string& given) { value = given.empty() ? "-" : given; }});
}

std::string OptionReader::argument(std::string given, std::string& json) {
  const bool is_path = json.find('/') != std::string::npos && !json.ends_with(".toml");
  const bool is_file = json.empty() || json == "-" || json.ends_with(".json") || is_path;
  return given.empty() && !is_file ? std::exchange(json, "-") : std::move(given);
}

void OptionReader::integer(std::string_view name, std::string_view placeholder, std::string_view help,
                           std::int64_t& value) {
  convert(name, placeholder, help, [&value, key = first_name(name)](const std::string& given) {
    const std::optional<std::int64_t> parsed = parse_integer(given);
    if (!parsed) refuse(key, given, "is not a whole number");
    value = *parsed;
  });
}

void OptionReader::number(std::string_view name, std::string_view placeholder, std::string_view help, double& value) {
  convert(name, placeholder, help,
          [&value, key = first_name(name)](const std::string& given) { value = finite_number(key, given); });
}

void OptionReader::number(std::string_view name, std::string_view placeholder, std::string_view help,
                          std::optional<double>& value) {
  convert(name, placeholder, help,
          [&value, key = first_name(name)](const std::string& given) { value = finite_number(key, given); });
}

void OptionReader::seed(std::string_view name, std::string_view help, std::uint64_t& value) {
  convert(name, "N", help, [&value, key = first_name(name)](const std::string& given) {
    const char* const last = given.data() + given.size();
    const auto [end, status] = std::from_chars(given.data(), last, value);
    if (status != std::errc() || end != last) refuse(key, given, "is not a whole number from 0 to 2^64 - 1");
  });
}

void OptionReader::fraction(std::string_view name, std::string_view placeholder, std::string_view help, double& value) {
  convert(name, placeholder, help,
          [&value, key = first_name(name)](const std::string& given) { value = fraction_of(key, given); });
}

void OptionReader::fraction(std::string_view name, std::string_view placeholder, std::string_view help,
                            std::optional<double>& value) {
  convert(name, placeholder, help,
          [&value, key = first_name(name)](const std::string& given) { value = fraction_of(key, given); });
}

void OptionReader::read() const {
  for (const Entry& entry : entries_) {
    if (entry.option->count() > 0) entry.take(entry.option->results().back());
  }
}

}  // namespace fanin::cli

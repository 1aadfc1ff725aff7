// Options of a subcommand with values that are read after parsing, so that an unknown option is
// reported before a bad value, and every bad value names its option and what was expected.
//
//     auto options = std::make_shared<OptionReader>(app);
//     options->integer("--epochs", "N", "passes over the training rows", settings.epochs);
//     ... CLI11 parses ...
//     options->read();
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace fanin::cli {

class OptionReader final {
 public:
  explicit OptionReader(CLI::App& app) : app_(app) {}

  /// The heading in the help under which the options declared from here on stand.
  void group(std::string_view heading) { group_ = heading; }

  /// Each writes to `value` only when the option is given; given twice, the last one counts.
  /// `value` must outlive read(). `name` may hold further names after commas; errors use the first.
  void flag(std::string_view name, std::string_view help, bool& value);
  void text(std::string_view name, std::string_view placeholder, std::string_view help, std::string& value);
  /// Where the results go as JSON: `value` becomes the file, "-" (standard output) for --json alone.
  void json(std::string_view what_moves, std::string& value);
  void integer(std::string_view name, std::string_view placeholder, std::string_view help, std::int64_t& value);
  void number(std::string_view name, std::string_view placeholder, std::string_view help, double& value);
  void number(std::string_view name, std::string_view placeholder, std::string_view help, std::optional<double>& value);
  /// A whole number from 0 to 2^64 - 1.
  void seed(std::string_view name, std::string_view help, std::uint64_t& value);
  /// "0.85" or "85%".
  void fraction(std::string_view name, std::string_view placeholder, std::string_view help, double& value);
  void fraction(std::string_view name, std::string_view placeholder, std::string_view help,
                std::optional<double>& value);
  /// Any other kind. `convert` gets what was written and may throw Error.
  void convert(std::string_view name, std::string_view placeholder, std::string_view help,
               std::function<void(const std::string&)> convert);

  /// Converts what was given. @throws Error bad_value naming the option.
  void read() const;
  /// The command's argument: `given`, or, where that is empty, what --json took for its file because it came first
  /// (`fanin train --json lenet5`); a name that ends in .json, or has a folder and is no .toml, stays the file.
  static std::string argument(std::string given, std::string& json);

 private:
  struct Entry {
    CLI::Option* option = nullptr;
    std::function<void(const std::string&)> take;
  };
  CLI::Option* add(std::string_view name, std::string_view placeholder, std::string_view help);

  CLI::App& app_;
  std::string group_ = "Options";
  std::vector<Entry> entries_;
};

}  // namespace fanin::cli

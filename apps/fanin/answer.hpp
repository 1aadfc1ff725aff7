// How commands that answer at once show their answer: as text for people, as JSON for programs.
//
//     answer.declare(app);
//     ... CLI11 parses ...
//     answer.give([&](const report::Terminal& terminal) { return report::gain_report(summary, terminal); },
//                 [&] { return report::gain_json(summary); });
#pragma once

#include <functional>
#include <string>

#include "fanin/report/terminal.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace fanin::cli {

class Answer final {
 public:
  /// Declares --json [FILE] and --color WHEN.
  void declare(CLI::App& app);

  /// The command's argument: `given`, or, where that is empty, what --json took for its file because
  /// it came first (`fanin gain --json gelu`); a name that ends in .json stays the file, but for a model's .index.json.
  std::string argument(std::string given);

  /// --json alone (or with -) prints JSON in place of the text; with a file it writes it, and the
  /// text is shown too. @throws Error unknown_name (--color), OutputError.
  void give(const std::function<std::string(const report::Terminal&)>& text,
            const std::function<std::string()>& json) const;

 private:
  CLI::Option* json_option_ = nullptr;
  std::string json_file_;
  std::string color_ = "auto";
};

}  // namespace fanin::cli

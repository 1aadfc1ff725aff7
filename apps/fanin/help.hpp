// Help texts that fit the terminal, in one style for all commands.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "fanin/report/terminal.hpp"

namespace fanin::cli {

class HelpFormatter final : public CLI::FormatterBase {
 public:
  explicit HelpFormatter(const report::Terminal& terminal) : terminal_(terminal) {}
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;

 private:
  std::string usage(const CLI::App* app) const;
  std::string entry(const std::string& name, const std::string& text) const;

  report::Terminal terminal_;
};

}  // namespace fanin::cli

// fanin theory: what wide networks do at initialization, computed instead of measured.
#include <CLI/CLI.hpp>
#include <string>

#include "apps/fanin/command_parts.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/theory_command.hpp"

namespace fanin::cli {
namespace {

std::function<int()> declare(CLI::App& app) {
  app.footer(
      "Examples:\n"
      "  fanin theory edge --activation tanh --bias-variance 0.05\n"
      "  fanin theory depth --net 784-256-256-256-10 --activation relu --init he_normal\n"
      "\n" +
      std::string(kExitStatusHelp));
  return declare_parts(app, {&kTheoryEdgeCommand, &kTheoryDepthCommand});
}

}  // namespace

extern const Command kTheoryCommand;
const Command kTheoryCommand{"theory", "predict signals and gradients: the edge of chaos, and layer by layer", declare};

}  // namespace fanin::cli

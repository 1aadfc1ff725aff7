// fanin completion: a script that teaches a shell to complete fanin's commands and options. It is written from the
// declared options themselves, so it cannot fall behind them.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "apps/fanin/commands.hpp"
#include "apps/fanin/errors.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"

namespace fanin::cli {
namespace {

struct OptionText {
  std::string name;  // without dashes
  std::string description;
  bool has_value = false;
};

struct CommandText {
  std::string name;
  std::string description;
  std::vector<OptionText> options;
};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::vector<CommandText> texts_of(const CLI::App& root) {
  std::vector<CommandText> commands;
  for (const CLI::App* app : root.get_subcommands([](const CLI::App*) { return true; })) {
    CommandText command{app->get_name(), first_line(app->get_description()), {}};
    for (const CLI::Option* option : app->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        command.options.push_back({name, first_line(option->get_description()), option->get_items_expected_max() > 0});
      }
    }
    commands.push_back(std::move(command));
  }
  return commands;
}

// 'text' for a POSIX shell and for fish.
std::string single_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string bash(const std::vector<CommandText>& commands) {
  std::string out =
      "# Completion of fanin in bash: source <(fanin completion bash)\n"
      "_fanin() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} words=\n"
      "  COMPREPLY=()\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    words=\"help";
  for (const CommandText& command : commands) out.append(" ").append(command.name);
  out +=
      " --help --version\"\n"
      "  elif [[ $cur == -* ]]; then\n"
      "    case ${COMP_WORDS[1]} in\n";
  for (const CommandText& command : commands) {
    out.append("      ").append(command.name).append(") words=\"");
    for (const OptionText& option : command.options) out.append("--").append(option.name).append(" ");
    out.append("\" ;;\n");
  }
  return out +
         "    esac\n"
         "  elif [ \"${COMP_WORDS[1]}\" = explain ]; then\n"
         "    words=$(fanin explain 2>/dev/null | awk '/^[a-z]+_[a-z_]+ /{print $1}')\n"
         "  fi\n"
         "  if [ -n \"$words\" ]; then\n"
         "    while IFS= read -r word; do COMPREPLY+=(\"$word\"); done < <(compgen -W \"$words\" -- \"$cur\")\n"
         "  fi\n"
         "}\n"
         "complete -o default -F _fanin fanin\n";
}

std::string zsh(const std::vector<CommandText>& commands) {
  // ':' and brackets mean something to _describe and _arguments.
  const auto plain = [](std::string text) {
    std::replace(text.begin(), text.end(), ':', ',');
    std::replace(text.begin(), text.end(), '[', '(');
    std::replace(text.begin(), text.end(), ']', ')');
    return text;
  };
  std::string out =
      "#compdef fanin\n"
      "# Completion of fanin in zsh: source <(fanin completion zsh)\n"
      "_fanin() {\n"
      "  local -a commands\n"
      "  commands=(\n";
  for (const CommandText& command : commands) {
    out.append("    ").append(single_quoted(command.name + ":" + plain(command.description))).append("\n");
  }
  out +=
      "  )\n"
      "  if (( CURRENT == 2 )); then\n"
      "    _describe command commands\n"
      "    return\n"
      "  fi\n"
      "  case $words[2] in\n";
  for (const CommandText& command : commands) {
    out.append("    ").append(command.name).append(")\n      _arguments '*:file:_files'");
    for (const OptionText& option : command.options) {
      std::string spec = "--" + option.name;
      spec.append("[").append(plain(option.description)).append("]");
      if (option.has_value) spec += ":value:_files";
      out.append(" \\\n        ").append(single_quoted(spec));
    }
    out += "\n      ;;\n";
  }
  return out + "  esac\n}\ncompdef _fanin fanin\n";
}

std::string fish(const std::vector<CommandText>& commands) {
  std::string out = "# Completion of fanin in fish: fanin completion fish | source\n";
  for (const CommandText& command : commands) {
    out.append("complete -c fanin -n __fish_use_subcommand -f -a ").append(command.name);
    out.append(" -d ").append(single_quoted(command.description)).append("\n");
  }
  for (const CommandText& command : commands) {
    for (const OptionText& option : command.options) {
      out.append("complete -c fanin -n '__fish_seen_subcommand_from ").append(command.name).append("' -l ");
      out.append(option.name)
          .append(option.has_value ? " -r" : "")
          .append(" -d ")
          .append(single_quoted(option.description));
      out.append("\n");
    }
  }
  return out;
}

int complete(const CLI::App& app, const std::string& shell) {
  const std::vector<std::string> known{"bash", "zsh", "fish"};
  const auto found = std::find(known.begin(), known.end(), shell);
  if (found == known.end()) {
    std::string message = shell.empty() ? "which shell? " : "'" + shell + "' is no shell known here; ";
    message += suggestion(shell, known);
    throw Error(ErrorCode::unknown_name, "completion", message);
  }
  const std::vector<CommandText> commands = texts_of(*app.get_parent());
  constexpr std::array kWriters{bash, zsh, fish};
  print(kWriters[static_cast<std::size_t>(found - known.begin())](commands));
  return kOk;
}

std::function<int()> declare(CLI::App& app) {
  auto shell = std::make_shared<std::string>();
  app.add_option("shell", *shell, "bash, zsh or fish")->type_name("")->option_text("SHELL");
  app.footer(
      "Examples:\n"
      "  source <(fanin completion bash)                                       in ~/.bashrc\n"
      "  fanin completion zsh > \"${fpath[1]}/_fanin\"                           then a new shell\n"
      "  fanin completion fish > ~/.config/fish/completions/fanin.fish\n"
      "\n" +
      std::string(kExitStatusHelp));
  return [&app, shell] { return complete(app, *shell); };
}

}  // namespace

extern const Command kCompletionCommand;
const Command kCompletionCommand{"completion", "a script for bash, zsh or fish that completes commands and options",
                                 declare};

}  // namespace fanin::cli

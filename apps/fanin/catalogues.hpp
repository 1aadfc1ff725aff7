// What `fanin list` lists: the names that can stand in other commands' options, as tables for people and as
// JSON for programs.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

#include "fanin/report/table.hpp"

namespace fanin::cli {

struct Catalogue {
  std::string_view name;  ///< "initializers"
  report::Table (*table)() = nullptr;
  /// One object per entry: name, aliases, formula, source and what else the kind has.
  nlohmann::ordered_json (*entries)() = nullptr;
};

std::span<const Catalogue> catalogues() noexcept;

}  // namespace fanin::cli

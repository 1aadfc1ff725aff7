// Errors of a setting carry the name of the option that a person wrote.
#pragma once

#include "fanin/core/error.hpp"

namespace fanin::experiment {

/// What `action` gives; an error in it gets the option's name in front, unless it has it already.
template <typename Action>
auto reading(const char* option, const Action& action) {
  try {
    return action();
  } catch (const Error& error) {
    if (error.where() == option) throw;
    throw Error(error.code(), option, error.what());
  }
}

}  // namespace fanin::experiment

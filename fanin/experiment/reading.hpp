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
    // "no optimizer 'adm'" says itself what was read.
    const bool named = error.message().starts_with("no " + error.where() + " ");
    throw Error(error.code(), option, named ? error.message() : error.what());
  }
}

}  // namespace fanin::experiment

// The tables of a store, and how a store of an older fanin becomes one of this.
#pragma once

#include "fanin/experiment/store/database.hpp"

namespace fanin::experiment {

/// Checks that this is a store and gives its version; 0 for an empty file.
/// @throws Error bad_data for another kind of database, or a store of a newer fanin.
std::int64_t schema_version(const Database& database);

/// Brings the tables to kStoreVersion, one version after another, each in a transaction of its own.
void migrate(const Database& database);

}  // namespace fanin::experiment

// Stored runs as files for other programs: CSV, JSON, JSON Lines and npz.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "fanin/experiment/store/records.hpp"

namespace fanin::experiment {

/// {"version","experiments":[…],"runs":[…]}, indented. Members that are empty (epochs, layers, findings of runs that
/// were read without them) are left out; non-finite numbers are null.
std::string runs_to_json(std::span<const StoredExperiment> experiments, std::span<const StoredRun> runs);
/// A run a line, each an object as in runs_to_json with the experiment's kind and name besides.
std::string runs_to_json_lines(std::span<const StoredExperiment> experiments, std::span<const StoredRun> runs);

/// RFC 4180 with a header. Non-finite numbers are empty cells; a text that begins like a formula (= + - @, a tab) has
/// an apostrophe before it, so that no spreadsheet computes it.
std::string runs_to_csv(std::span<const StoredRun> runs);
std::string epochs_to_csv(std::span<const StoredRun> runs);
std::string layers_to_csv(std::span<const StoredRun> runs);
std::string findings_to_csv(std::span<const StoredRun> runs);

/// Numbers as arrays, NaN where not measured: run_id, run_seed, run_test_accuracy, … [runs]; epoch_run, epoch,
/// epoch_train_loss, … [epochs]; layer_run, layer_step, layer_mean, … [layer records]. Texts are positions (run_init,
/// run_status, layer_name) in the arrays init_names, status_names and layer_names, which hold UTF-8 bytes, a newline
/// after each name. @throws Error io_failure.
void write_runs_npz(const std::filesystem::path& file, std::span<const StoredRun> runs);

}  // namespace fanin::experiment

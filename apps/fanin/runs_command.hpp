// The commands below `fanin runs`, one file each, and what they share.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/fanin/commands.hpp"
#include "apps/fanin/options.hpp"
#include "fanin/experiment/store/store.hpp"

namespace fanin::cli {

extern const Command kRunsListCommand;
extern const Command kRunsShowCommand;
extern const Command kRunsCompareCommand;
extern const Command kRunsExportCommand;
extern const Command kRunsMergeCommand;
extern const Command kRunsCheckCommand;

struct SelectedRuns {
  std::vector<experiment::StoredExperiment> experiments;
  std::vector<experiment::StoredRun> runs;
};

/// The options that choose runs of a store, and their order.
class RunSelection final {
 public:
  /// Declares --experiment, --status, --init and --sort.
  explicit RunSelection(CLI::App& app);

  /// @param where    a folder or a store; empty: the current folder.
  /// @param details  with epochs, layers and findings.
  /// @throws Error unknown_name for an experiment or an initialization that is not there; as StoreReader.
  [[nodiscard]] SelectedRuns load(const std::string& where, bool details) const;
  /// The latest experiment alone, unless --experiment names one.
  [[nodiscard]] SelectedRuns load_one_experiment(const std::string& where) const;

 private:
  [[nodiscard]] SelectedRuns select(const experiment::StoreReader& reader,
                                    std::optional<std::int64_t> experiment) const;

  OptionReader reader_;
  std::optional<std::int64_t> experiment_;
  std::vector<experiment::StoredStatus> statuses_;
  std::string init_;
  std::string sort_;
};

/// Event files of the selected runs below the folder `to`, and a line that says how many. @throws OutputError.
void export_events(const std::filesystem::path& store, const SelectedRuns& selected, const std::string& to);

/// The store in a folder or at a path; empty: in the current folder.
std::filesystem::path store_at(const std::string& where);

}  // namespace fanin::cli

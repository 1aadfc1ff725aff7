// The corpus: small trainings with a known fault, or with none. docs/faults.md describes the files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/experiment/training/train.hpp"
#include "fanin/observe/diagnosis.hpp"

namespace fanin::faults {

enum class Group { healthy, initialization, training, data, architecture };
std::string_view to_string(Group group) noexcept;
inline constexpr Group kGroups[] = {Group::healthy, Group::initialization, Group::training, Group::data,
                                    Group::architecture};

enum class Half { tune, test };
std::string_view to_string(Half half) noexcept;

struct Case {
  std::string id;           ///< "deep/small_weights-3": file, case, number of the variant
  std::string template_id;  ///< "deep/small_weights": its variants share a half
  Group group = Group::healthy;
  Half half = Half::tune;
  std::vector<observe::Problem> expect = {};  ///< names of the cause; any of them is right
  std::vector<observe::Problem> also = {};    ///< consequences that may be named besides
  std::string layer = {};                     ///< where the fault lies; empty: nowhere in particular
  std::string note = {};
  experiment::TrainSettings settings = {};
  /// The same training without the fault; none for a healthy case.
  std::optional<experiment::TrainSettings> twin = {};
  std::int64_t steps = 0;             ///< that a diagnosis may watch
  std::int64_t validation_steps = 0;  ///< of the trainings that show whether the fault does harm: settings.max_steps
  double needed_skill = 0;            ///< 1 - loss/chance that a healthy training reaches in these
};

/// Reads every file of `folder`/cases, in the order of their names.
/// @throws Error bad_syntax, bad_value naming file and case.
std::vector<Case> read_corpus(const std::filesystem::path& folder);

/// Which half a template belongs to: a hash of its id decides.
Half half_of(std::string_view template_id) noexcept;

}  // namespace fanin::faults

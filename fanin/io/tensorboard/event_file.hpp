// TensorBoard's event files: scalars, histograms, texts and hyperparameters by step. Each record is written whole with
// one call, so a file is valid at every moment but for a last record that a kill or a full disk cut, which readers
// leave out.
//
//     EventFile file("logs/run/events.out.tfevents.1790000000.fanin", 1790000000.0);
//     file.scalar("loss/train", 100, 0.25, 1790000012.5);
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace fanin::io {

/// Values in bins: counts[i] of them in (limits[i - 1], limits[i]], the first bin without a lower limit.
struct EventHistogram {
  double minimum = 0;
  double maximum = 0;
  double count = 0;
  double sum = 0;
  double square_sum = 0;
  std::vector<double> limits = {};
  std::vector<double> counts = {};  ///< as many as limits
};

using EventValue = std::variant<double, bool, std::string>;

/// A hyperparameter and its value.
struct EventParameter {
  std::string name;
  EventValue value;
};

/// A hyperparameter and what its values are in all runs: of one type, distinct, at least one.
struct EventChoices {
  std::string name;
  std::vector<EventValue> values;
};

enum class SessionEnd { success = 1, failure = 2 };

class EventFile final {
 public:
  /// TensorBoard looks for files with "tfevents" in their names, and takes the folder for the run's name.
  /// @param wall_time  seconds since 1970, as everywhere here.
  /// @throws Error io_failure, also when the file exists.
  EventFile(const std::filesystem::path& path, double wall_time);
  ~EventFile();
  EventFile(const EventFile&) = delete;
  EventFile& operator=(const EventFile&) = delete;

  /// All these: @throws Error io_failure; the file then ends with the record before.
  /// @param tag  "group/name". @param value  kept in single precision, also NaN and infinity.
  void scalar(std::string_view tag, std::int64_t step, double value, double wall_time);
  /// @throws Error also bad_shape when there are not as many counts as limits, or none.
  void histogram(std::string_view tag, std::int64_t step, const EventHistogram& histogram, double wall_time);
  /// @param markdown  UTF-8.
  void text(std::string_view tag, std::int64_t step, std::string_view markdown, double wall_time);

  /// For the table of hyperparameters: what there is to choose, and the scalars to choose by. Once for all runs below
  /// a folder, in that folder's file. TensorBoard filters by the values and shows first what differs.
  void hyperparameters(std::span<const EventChoices> parameters, std::span<const std::string> metrics,
                       double wall_time);
  /// What this run has chosen.
  void begin_session(std::span<const EventParameter> parameters, double wall_time);
  void end_session(SessionEnd how, double wall_time);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  void write(std::string_view event);

  std::filesystem::path path_;
  int file_ = -1;
  std::int64_t size_ = 0;
};

}  // namespace fanin::io

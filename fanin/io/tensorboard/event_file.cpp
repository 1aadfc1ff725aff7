#include "fanin/io/tensorboard/event_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "fanin/core/error.hpp"
#include "fanin/io/tensorboard/crc32c.hpp"
#include "fanin/io/tensorboard/message.hpp"

// Field numbers are those of TensorBoard's event.proto, summary.proto, tensor.proto and plugins/hparams/*.proto.
namespace fanin::io {
namespace {

Message event_of(double wall_time, std::int64_t step, const Message& value) {
  Message summary;
  summary.message(1, value);
  Message event;
  event.real(1, wall_time).integer(2, step).message(5, summary);
  return event;
}

Message metadata_of(std::string_view plugin, std::string_view content) {
  Message data;
  data.bytes(1, plugin).bytes(2, content);
  Message metadata;
  metadata.message(1, data);
  return metadata;
}

// google.protobuf.Value.
Message value_of(const EventValue& given) {
  Message value;
  if (const auto* number = std::get_if<double>(&given)) value.real(2, *number);
  if (const auto* text = std::get_if<std::string>(&given)) value.bytes(3, *text);
  if (const auto* truth = std::get_if<bool>(&given)) value.integer(4, *truth ? 1 : 0);
  return value;
}

// An HParamInfo: numbers have an interval as their domain, everything else a list.
Message info_of(const EventChoices& choices) {
  constexpr std::int64_t kString = 1;
  constexpr std::int64_t kBool = 2;
  constexpr std::int64_t kFloat64 = 3;
  const EventValue& first = choices.values.front();
  Message info;
  info.bytes(1, choices.name);
  if (std::holds_alternative<double>(first)) {
    const auto [low, high] = std::minmax_element(choices.values.begin(), choices.values.end());
    Message interval;
    interval.real(1, std::get<double>(*low)).real(2, std::get<double>(*high));
    info.integer(4, kFloat64).message(6, interval);
  } else {
    Message list;
    for (const EventValue& value : choices.values) list.message(1, value_of(value));
    info.integer(4, std::holds_alternative<bool>(first) ? kBool : kString).message(5, list);
  }
  if (choices.values.size() > 1) info.integer(7, 1);
  return info;
}

// @param field  of HParamsPluginData that holds `data`.
Message session_event(std::string_view tag, std::uint32_t field, const Message& data, double wall_time) {
  Message plugin;
  plugin.message(field, data);
  Message value;
  value.bytes(1, tag).message(9, metadata_of("hparams", plugin.text()));
  return event_of(wall_time, 0, value);
}

void append_number(std::string& bytes, std::uint64_t value, int count) {
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> (8 * i));
}

}  // namespace

EventFile::EventFile(const std::filesystem::path& path, double wall_time) : path_(path) {
  file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_APPEND, 0666);
  if (file_ < 0) {
    throw Error(ErrorCode::io_failure, path.string(), "cannot be written: " + std::generic_category().message(errno));
  }
  try {
    Message event;
    event.real(1, wall_time).bytes(3, "brain.Event:2");
    write(event.text());
  } catch (...) {
    ::close(file_);
    throw;
  }
}

EventFile::~EventFile() { ::close(file_); }

void EventFile::scalar(std::string_view tag, std::int64_t step, double value, double wall_time) {
  Message entry;
  entry.bytes(1, tag).single(2, static_cast<float>(value));
  write(event_of(wall_time, step, entry).text());
}

void EventFile::histogram(std::string_view tag, std::int64_t step, const EventHistogram& histogram, double wall_time) {
  if (histogram.limits.empty() || histogram.limits.size() != histogram.counts.size()) {
    throw Error(ErrorCode::bad_shape, std::string(tag), "a histogram has a limit for each count, and at least one");
  }
  Message bins;
  bins.real(1, histogram.minimum).real(2, histogram.maximum).real(3, histogram.count);
  bins.real(4, histogram.sum).real(5, histogram.square_sum);
  bins.packed(6, histogram.limits).packed(7, histogram.counts);
  Message entry;
  entry.bytes(1, tag).message(5, bins);
  write(event_of(wall_time, step, entry).text());
}

void EventFile::text(std::string_view tag, std::int64_t step, std::string_view markdown, double wall_time) {
  constexpr std::int64_t kString = 7;
  Message dimension;
  dimension.integer(1, 1);
  Message shape;
  shape.message(2, dimension);
  Message tensor;
  tensor.integer(1, kString).message(2, shape).bytes(8, markdown);
  Message entry;
  entry.bytes(1, tag).message(8, tensor).message(9, metadata_of("text", ""));
  write(event_of(wall_time, step, entry).text());
}

void EventFile::hyperparameters(std::span<const EventChoices> parameters, std::span<const std::string> metrics,
                                double wall_time) {
  Message experiment;
  for (const EventChoices& parameter : parameters) experiment.message(4, info_of(parameter));
  for (const std::string& metric : metrics) {
    Message name;
    name.bytes(2, metric);
    Message info;
    info.message(1, name);
    experiment.message(5, info);
  }
  write(session_event("_hparams_/experiment", 2, experiment, wall_time).text());
}

void EventFile::begin_session(std::span<const EventParameter> parameters, double wall_time) {
  Message start;
  for (const EventParameter& parameter : parameters) {
    Message entry;
    entry.bytes(1, parameter.name).message(2, value_of(parameter.value));
    start.message(1, entry);
  }
  start.real(5, wall_time);
  write(session_event("_hparams_/session_start_info", 3, start, wall_time).text());
}

void EventFile::end_session(SessionEnd how, double wall_time) {
  Message end;
  end.integer(1, static_cast<std::int64_t>(how)).real(2, wall_time);
  write(session_event("_hparams_/session_end_info", 4, end, wall_time).text());
}

// TFRecord: length (8 bytes), masked checksum of the length (4), the bytes, masked checksum of the bytes (4).
void EventFile::write(std::string_view event) {
  std::string record;
  append_number(record, event.size(), 8);
  append_number(record, masked(crc32c(record)), 4);
  record += event;
  append_number(record, masked(crc32c(event)), 4);
  ::ssize_t written = -1;
  do {
    written = ::write(file_, record.data(), record.size());
  } while (written < 0 && errno == EINTR);
  if (written == static_cast<::ssize_t>(record.size())) {
    size_ += written;
    return;
  }
  const int reason = written < 0 ? errno : ENOSPC;
  if (written > 0 && ::ftruncate(file_, size_) != 0) {
    // The torn record stays; readers leave it out.
  }
  throw Error(ErrorCode::io_failure, path_.string(), "cannot be written: " + std::generic_category().message(reason));
}

}  // namespace fanin::io

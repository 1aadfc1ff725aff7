#include "fanin/experiment/machine/system_texts.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <set>
#include <utility>

namespace fanin::experiment {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";
// Version 1 says "no limit" as the largest multiple of a page below 2^63.
constexpr std::int64_t kNoLimit = std::int64_t{1} << 60;

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1);
}

/// Takes what stands before `separator` off `text`, or all of it.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!(text = trimmed(text)).empty()) {
    const std::size_t end = std::min(text.find_first_of(kSpaces), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  text = trimmed(text);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> quotient(std::optional<std::int64_t> quota, std::optional<std::int64_t> period) {
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

/// Mount points write a space as \040.
std::string without_escapes(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int code = 0;
    if (text[i] == '\\' && i + 3 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 4, code, 8).ptr == text.data() + i + 4 && code < 128) {
      out += static_cast<char>(code);
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool is_below(std::string_view path, std::string_view folder) {
  if (folder == "/") return path.starts_with('/');
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace

ProcessorText parse_cpuinfo(std::string_view text) {
  ProcessorText processor;
  std::set<std::pair<std::string, std::string>> cores;
  std::string socket;
  while (!text.empty()) {
    std::string_view value = take(text, '\n');
    const std::string_view key = trimmed(take(value, ':'));
    value = trimmed(value);
    if (key == "processor") {
      ++processor.logical;
    } else if (key == "model name" && processor.name.empty()) {
      processor.name = value;
    } else if (key == "physical id") {
      socket = value;
    } else if (key == "core id") {
      cores.emplace(socket, value);
    } else if ((key == "flags" || key == "Features") && processor.flags.empty()) {
      for (const std::string_view flag : words_of(value)) processor.flags.emplace_back(flag);
    }
  }
  processor.cores = static_cast<std::int64_t>(cores.size());
  return processor;
}

std::string value_of(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    std::string_view line = take(text, '\n');
    if (!line.starts_with(key)) continue;
    line.remove_prefix(key.size());
    if (line.starts_with(':') || line.starts_with(' ')) return std::string(trimmed(line.substr(1)));
  }
  return {};
}

std::optional<std::int64_t> parse_bytes(std::string_view text) {
  text = trimmed(text);
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::optional<std::int64_t> number = whole_number(text.substr(0, digits));
  const std::string_view unit = trimmed(text.substr(digits));
  int shift = 0;
  if (unit == "kB" || unit == "K") {
    shift = 10;
  } else if (unit == "M") {
    shift = 20;
  } else if (unit == "G") {
    shift = 30;
  } else if (!unit.empty()) {
    return std::nullopt;
  }
  if (!number || *number > (std::numeric_limits<std::int64_t>::max() >> shift)) return std::nullopt;
  return *number << shift;
}

std::int64_t parse_cpu_list(std::string_view text) {
  constexpr std::int64_t kMost = 1 << 20;  // far above any machine: a wrong text must not overflow the count
  std::int64_t count = 0;
  text = trimmed(text);
  while (!text.empty()) {
    std::string_view range = take(text, ',');
    const std::optional<std::int64_t> first = whole_number(take(range, '-'));
    const std::optional<std::int64_t> last = range.empty() ? first : whole_number(range);
    if (!first || !last || *first < 0 || *last < *first || *last > kMost) return 0;
    count = std::min(count + *last - *first + 1, kMost);
  }
  return count;
}

GroupPaths parse_groups(std::string_view text) {
  GroupPaths paths;
  while (!text.empty()) {
    std::string_view path = take(text, '\n');  // "4:cpu,cpuacct:/some/where"
    const std::string_view number = take(path, ':');
    std::string_view controllers = take(path, ':');
    if (!path.starts_with('/')) continue;
    if (number == "0" && controllers.empty()) paths.unified = path;
    while (!controllers.empty()) {
      const std::string_view controller = take(controllers, ',');
      if (controller == "cpu") paths.cpu = path;
      if (controller == "memory") paths.memory = path;
    }
  }
  return paths;
}

std::optional<double> parse_cpu_max(std::string_view text) {
  const std::vector<std::string_view> words = words_of(text);
  if (words.size() != 2) return std::nullopt;
  return quotient(whole_number(words[0]), whole_number(words[1]));
}

std::optional<double> parse_cpu_quota(std::string_view quota, std::string_view period) {
  return quotient(whole_number(quota), whole_number(period));
}

std::optional<std::int64_t> parse_memory_limit(std::string_view text) {
  const std::optional<std::int64_t> bytes = whole_number(text);
  if (!bytes || *bytes < 0 || *bytes >= kNoLimit) return std::nullopt;
  return bytes;
}

std::string parse_choice(std::string_view text) {
  const std::size_t begin = text.find('[');
  const std::size_t end = text.find(']', begin == std::string_view::npos ? 0 : begin);
  if (begin == std::string_view::npos || end == std::string_view::npos) return {};
  return std::string(text.substr(begin + 1, end - begin - 1));
}

std::string file_system_of(std::string_view mounts, std::string_view path) {
  std::string found;
  std::size_t longest = 0;
  while (!mounts.empty()) {
    // "36 35 98:0 /root /mount/point rw,noatime shared:1 - ext3 /dev/root rw": optional fields end with "-".
    const std::vector<std::string_view> words = words_of(take(mounts, '\n'));
    const auto dash = std::ranges::find(words, "-");
    if (words.size() < 7 || words.end() - dash < 2) continue;
    const std::string point = without_escapes(words[4]);
    // The last of several mounts on one point hides the others.
    if (is_below(path, point) && point.size() >= longest) {
      longest = point.size();
      found = dash[1];
    }
  }
  return found;
}

// /proc's files have no size, so they are read to their end.
std::string system_text_of(const std::filesystem::path& file) {
  constexpr std::streamsize kMost = 1 << 20;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return {};
  std::string text(kMost, '\0');
  stream.read(text.data(), kMost);
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  return text;
}

double bytes_in(std::string_view text) {
  const std::optional<std::int64_t> bytes = parse_bytes(text);
  return bytes ? static_cast<double>(*bytes) : std::numeric_limits<double>::infinity();
}

}  // namespace fanin::experiment

#include "fanin/report/doctor_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "fanin/core/version.hpp"
#include "fanin/report/json_values.hpp"
#include "fanin/report/numbers.hpp"
#include "fanin/report/paragraph.hpp"
#include "fanin/report/table.hpp"

namespace fanin::report {
namespace {

using experiment::MachineCache;
using experiment::MachineFacts;
using experiment::MachineFinding;

constexpr std::string_view kUnknown = "unknown";

std::string known(std::string_view text) { return std::string(text.empty() ? kUnknown : text); }

std::string bytes(double count) {
  if (!std::isfinite(count)) return std::string(kUnknown);
  for (const auto& [unit, size] : {std::pair{"GiB", 1024.0 * 1024 * 1024}, {"MiB", 1024.0 * 1024}, {"KiB", 1024.0}}) {
    if (count >= size) return fmt::format("{:.{}f} {}", count / size, count < 10 * size ? 1 : 0, unit);
  }
  return fmt::format("{:.0f} bytes", count);
}

std::string add(std::string text, const std::string& more) {
  return text.append(text.empty() ? "" : ", ").append(more);
}

std::string processor_text(const MachineFacts& facts) {
  std::string text = known(facts.processor);
  if (facts.logical == 0) return text;
  text += fmt::format(", {} processor{}", facts.logical, facts.logical == 1 ? "" : "s");
  if (facts.cores > 0) text += fmt::format(" on {} core{}", facts.cores, facts.cores == 1 ? "" : "s");
  return text;
}

std::string caches_text(const MachineFacts& facts) {
  std::string text;
  for (const MachineCache& cache : facts.caches) {
    std::string name = fmt::format("L{}", cache.level);
    if (cache.kind == "Data" || cache.kind == "Instruction") name += cache.kind == "Data" ? "d" : "i";
    text = add(text, fmt::format("{} {}", name, bytes(static_cast<double>(cache.bytes))));
  }
  return known(text);
}

std::string threads_text(const MachineFacts& facts) {
  std::string text = fmt::format("{} usable, {} by default", facts.usable_threads(), facts.default_threads);
  if (facts.allowed > 0) text += fmt::format("; allowed on {}", facts.allowed);
  if (std::isfinite(facts.cpu_quota)) text += fmt::format("; a quota of {}", significant(facts.cpu_quota));
  return text;
}

std::string memory_text(const MachineFacts& facts) {
  std::string text = fmt::format("{} available of {}", bytes(facts.memory_available), bytes(facts.memory_total));
  if (std::isfinite(facts.memory_limit)) text += fmt::format("; a limit of {}", bytes(facts.memory_limit));
  return text;
}

std::string output_text(const MachineFacts& facts) {
  return fmt::format("{}: {} file system, {} free{}", facts.output.path.string(), known(facts.output.file_system),
                     bytes(facts.output.free_bytes), facts.output.writable ? "" : ", not writable");
}

std::string data_text(const MachineFacts& facts) {
  std::string text;
  std::string missing;
  for (const experiment::FoundData& set : facts.data) {
    if (set.folder.empty()) {
      missing = add(missing, set.name);
    } else {
      text = add(text, fmt::format("{} in {}", set.name, set.folder.string()));
    }
  }
  if (!missing.empty()) text.append(text.empty() ? "" : "; ").append("not found: ").append(missing);
  return text;
}

std::string build_text(const MachineFacts& facts) {
  std::string text = fmt::format("fanin {}, {}, {}", kVersion, facts.build.compiler,
                                 facts.build.build_type.empty() ? "no build type" : facts.build.build_type);
  if (!facts.build.optimized) text += ", not optimized";
  if (!facts.build.sanitizers.empty()) text += ", sanitizers " + facts.build.sanitizers;
  return text;
}

std::string pairs_text(const std::vector<std::pair<std::string, std::string>>& pairs, char between) {
  std::string text;
  for (const auto& [name, value] : pairs) text = add(text, name + between + value);
  return text;
}

std::string facts_table(const MachineFacts& facts, const Terminal& terminal) {
  Table table({{"what"}, flexible("found", 30)});
  const auto row = [&table](const char* what, std::string text) {
    table.add_row({{what, Style::accent}, {std::move(text)}});
  };
  row("processor", processor_text(facts));
  row("instructions", fmt::format("{} in fanin's kernels, {} in oneDNN", facts.simd_target, facts.onednn_instructions));
  row("caches", caches_text(facts));
  row("threads", threads_text(facts));
  row("memory", memory_text(facts));
  row("large pages", known(facts.large_pages));
  row("output", output_text(facts));
  row("data sets", data_text(facts));
  row("fanin's data", facts.shipped_data.empty() ? "not found" : facts.shipped_data.string());
  if (!facts.environment.empty()) row("environment", pairs_text(facts.environment, '='));
  row("libraries", pairs_text(facts.libraries, ' '));
  row("build", build_text(facts));
  return table.render(terminal);
}

std::string findings_table(std::span<const MachineFinding> findings, const Terminal& terminal) {
  Table table({{"finding"}, flexible("what is so", 28), flexible("what to do", 24)});
  for (const MachineFinding& finding : findings) {
    table.add_row({{finding.name, finding.hurts ? Style::bad : Style::caution}, {finding.found}, {finding.remedy}});
  }
  return table.render(terminal);
}

Json count_or_null(std::int64_t value) { return value > 0 ? Json(value) : Json(nullptr); }

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json object_of(const std::vector<std::pair<std::string, std::string>>& pairs) {
  Json json = Json::object();
  for (const auto& [name, value] : pairs) json[name] = value;
  return json;
}

}  // namespace

std::string fmt_version() {
  return fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100);
}

std::string doctor_report(const MachineFacts& facts, std::span<const MachineFinding> findings,
                          const Terminal& terminal) {
  std::string out = facts_table(facts, terminal);
  const auto hurting = std::ranges::count_if(findings, &MachineFinding::hurts);
  if (!findings.empty()) out.append("\n").append(findings_table(findings, terminal));
  out += "\n";
  if (hurting == 0) {
    add_paragraph(out, "Nothing here will hurt.", Style::good, terminal);
  } else {
    add_paragraph(out, fmt::format("{} thing{} here will hurt.", hurting, hurting == 1 ? "" : "s"), Style::bad,
                  terminal);
  }
  return out;
}

std::string doctor_json(const MachineFacts& facts, std::span<const MachineFinding> findings) {
  Json json;
  json["version"] = kVersion;
  json["processor"] = {{"name", text_or_null(facts.processor)},
                       {"logical", count_or_null(facts.logical)},
                       {"cores", count_or_null(facts.cores)},
                       {"simd_target", facts.simd_target},
                       {"onednn_instructions", facts.onednn_instructions}};
  json["processor"]["caches"] = Json::array();
  for (const MachineCache& cache : facts.caches) {
    json["processor"]["caches"].push_back({{"level", cache.level}, {"kind", cache.kind}, {"bytes", cache.bytes}});
  }
  json["threads"] = {{"default", facts.default_threads},
                     {"usable", facts.usable_threads()},
                     {"allowed", count_or_null(facts.allowed)},
                     {"cpu_quota", json_number(facts.cpu_quota)}};
  json["memory"] = {{"total", json_number(facts.memory_total)},
                    {"limit", json_number(facts.memory_limit)},
                    {"available", json_number(facts.memory_available)},
                    {"large_pages", text_or_null(facts.large_pages)}};
  json["output"] = {{"path", facts.output.path.string()},
                    {"file_system", text_or_null(facts.output.file_system)},
                    {"free_bytes", json_number(facts.output.free_bytes)},
                    {"writable", facts.output.writable}};
  json["data"] = Json::object();
  for (const experiment::FoundData& set : facts.data) json["data"][set.name] = text_or_null(set.folder.string());
  json["shipped_data"] = text_or_null(facts.shipped_data.string());
  json["environment"] = object_of(facts.environment);
  json["libraries"] = object_of(facts.libraries);
  json["build"] = {{"compiler", facts.build.compiler},
                   {"build_type", text_or_null(facts.build.build_type)},
                   {"sanitizers", text_or_null(facts.build.sanitizers)},
                   {"optimized", facts.build.optimized}};
  json["findings"] = Json::array();
  for (const MachineFinding& finding : findings) {
    json["findings"].push_back(
        {{"name", finding.name}, {"hurts", finding.hurts}, {"found", finding.found}, {"remedy", finding.remedy}});
  }
  return json_text(json);
}

}  // namespace fanin::report

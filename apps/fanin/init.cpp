// fanin init: draws the weights of a network, or fresh ones for a model's tensors, into a file.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "apps/fanin/commands.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/init_options.hpp"
#include "apps/fanin/init_report.hpp"
#include "apps/fanin/output_files.hpp"
#include "apps/fanin/signals.hpp"
#include "apps/fanin/write_progress.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/weights/manifest.hpp"
#include "fanin/experiment/weights/slice.hpp"
#include "fanin/experiment/weights/write.hpp"
#include "fanin/io/npy.hpp"
#include "fanin/io/npz.hpp"
#include "fanin/io/safetensors_writer.hpp"
#include "fanin/report/numbers.hpp"
#include "fanin/report/paragraph.hpp"
#include "fanin/report/progress.hpp"

namespace fanin::cli {
namespace {

constexpr std::string_view kExamples =
    "Examples:\n"
    "  fanin init --net 784-256-128-10 --init he_normal --seed 1 -o weights.safetensors\n"
    "  fanin init --net 784-256-128-10 --init \"glorot_uniform(gain=tanh)\" --explain\n"
    "  fanin init --net 784-256-128-10 --slice layer1.weight:0:10\n"
    "  fanin init --net 784-256-128-10 --json | jq '.tensors[] | {name, law}'\n"
    "  fanin init --net 65536-65536-65536 --dtype bf16 --max-shard-size 5GB -o large.safetensors\n"
    "  fanin init --net 784-256-128-10 --init he_normal --seed 0 --stream torch -o torch.safetensors\n"
    "  fanin init --net \"gpt(layers=12, width=768, heads=12)\" --input 1024 --vocabulary 50257 --init gpt2 -o "
    "gpt.safetensors\n"
    "  fanin init --like model.safetensors --init \"normal(std=0.02)\" -o fresh.safetensors\n"
    "\n"
    "Ctrl-C stops; the same command with --resume goes on, and the bytes are the same as in one go.\n"
    "\n";

constexpr double kLeastForRate = 1e6;  // below, opening and closing the file is all that is timed

/// Where sentences go: not between the bytes of a file, or of JSON, that is written to standard output.
int message_descriptor(const InitOptions& options) {
  return options.json == "-" || options.out.starts_with("/dev/") || options.out.starts_with("/proc/") ? STDERR_FILENO
                                                                                                      : STDOUT_FILENO;
}

void show(const InitOptions& options, const std::string& text) {
  if (message_descriptor(options) == STDOUT_FILENO) {
    print(text);
  } else {
    report::write_all(STDERR_FILENO, text);
  }
}

experiment::WeightPlan plan_of(const InitOptions& options) {
  if (options.like.empty()) return experiment::plan_network(options.network);
  return experiment::plan_like({.file = options.like,
                                .init = options.network.init,
                                .embedding_init = options.embedding_init,
                                .roles = options.roles,
                                .dtype = options.dtype,
                                .seed = options.network.seed,
                                .dialect = options.network.dialect,
                                .stream = options.network.stream});
}

/// Writing errors have an exit status of their own.
template <typename Work>
auto writing(const Work& work) {
  try {
    return work();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::io_failure) throw OutputError(error.what());
    throw;
  }
}

void write_slice(const InitOptions& options, const io::Array& values, const std::string& name) {
  const std::filesystem::path path = options.out;
  const io::ArrayView view = io::view_of(values);
  writing([&] {
    if (path.extension() == ".npy") {
      io::write_npy(path, view);
    } else if (experiment::weight_format(path) == experiment::WeightFormat::npz) {
      io::NpzWriter writer(path);
      writer.add(name, view);
      writer.commit();
    } else {
      const io::NamedArray array{name, view};
      io::write_safetensors(path, {&array, 1});
    }
    return 0;
  });
}

int give_slice(const InitOptions& options, const experiment::WeightPlan& plan) {
  const experiment::SliceRequest slice = experiment::parse_slice(options.slice);
  const io::Array values = experiment::draw_slice(plan, slice, options.threads);
  if (!options.json.empty()) print_or_write(options.json, slice_json(values, slice.tensor, slice.from));
  if (options.out.empty()) {
    if (options.json.empty()) print(value_lines(values));
    return kOk;
  }
  write_slice(options, values, slice.tensor);
  if (!options.quiet) {
    show(options,
         fmt::format("Wrote {}: {} values of {}.\n", options.out, report::grouped(values.shape.count()), slice.tensor));
  }
  return kOk;
}

struct Written {
  experiment::WriteResult result;
  double seconds = 0;
};

Written write(const InitOptions& options, const experiment::WeightPlan& plan, experiment::TensorChecksums* checksums) {
  const report::Terminal terminal = report::inspect_terminal(STDERR_FILENO, options.color);
  experiment::WriteProgress progress;
  std::optional<WriteDisplay> display;
  SignalHooks hooks;
  hooks.stopping = [&display] {
    if (display) display->say("stopping; Ctrl-C again quits at once");
  };
  hooks.quitting = [&display] {
    if (display) display->abandon();
  };
  hooks.suspended = [&display] {
    if (display) display->suspend();
  };
  const StopSignals signals(std::move(hooks));  // before the display's thread, which must not get them
  if (!options.quiet && !options.no_progress) display.emplace(STDERR_FILENO, terminal, progress);
  experiment::WriteOptions settings{.path = options.out,
                                    .threads = options.threads,
                                    .max_shard_bytes = options.max_shard_bytes,
                                    .resume = options.resume,
                                    .inspect = {}};
  if (checksums != nullptr) {
    settings.inspect = [checksums](std::size_t tensor, std::uint64_t first, std::span<const std::byte> bytes) {
      checksums->see(tensor, first, bytes);
    };
  }
  const auto begin = std::chrono::steady_clock::now();
  Written written;
  written.result = writing([&] { return experiment::write_weights(plan, settings, &progress, signals.token()); });
  written.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return written;
}

std::string summary(const InitOptions& options, const experiment::WeightPlan& plan, const Written& written) {
  const experiment::WriteResult& result = written.result;
  const auto bytes = static_cast<double>(result.bytes);
  if (result.interrupted) {
    if (experiment::weight_format(options.out) == experiment::WeightFormat::npz) {
      return "Interrupted: nothing was written; only .safetensors can be resumed.";
    }
    return fmt::format("Interrupted at {} of {}: the same command with --resume goes on.", byte_count(bytes),
                       byte_count(static_cast<double>(plan.bytes())));
  }
  const auto fresh = static_cast<double>(result.bytes - result.resumed);
  std::string text = fmt::format("Wrote {}{}: {} {}, {} in {}", result.files.back().string(),
                                 result.files.size() > 1 ? fmt::format(" and {} files", result.files.size() - 1) : "",
                                 report::grouped(static_cast<std::int64_t>(plan.tensors.size())),
                                 plan.tensors.size() == 1 ? "tensor" : "tensors", byte_count(bytes),
                                 report::duration(written.seconds));
  if (result.resumed != 0) {
    text += fmt::format("; {} were there already and are right", byte_count(static_cast<double>(result.resumed)));
  } else if (bytes >= kLeastForRate && written.seconds > 0) {
    text += fmt::format(", {:.2f} GB/s", fresh / written.seconds / 1e9);
  }
  if (result.partial_dropped) text += "; the partial file held other bytes, so everything was written anew";
  return text + ".";
}

/// With --like the roles decide every fan, so they are always shown.
std::string introduction(const InitOptions& options, const experiment::WeightPlan& plan,
                         const report::Terminal& terminal) {
  if (options.explain) return explanation(plan, terminal);
  return options.like.empty() ? "" : plan_table(plan, terminal);
}

int write_file_of(const InitOptions& options, const experiment::WeightPlan& plan, const report::Terminal& terminal) {
  (void)experiment::weight_format(options.out);
  check_writable(options.out);
  if (!options.manifest.empty()) check_writable(options.manifest);
  if (!options.json.empty() && options.json != "-") check_writable(options.json);
  experiment::TensorChecksums checksums(plan.tensors.size());
  const bool tells = !options.manifest.empty() || !options.json.empty();
  const Written written = write(options, plan, tells ? &checksums : nullptr);
  const bool interrupted = written.result.interrupted;
  if (tells && !interrupted) {
    const std::string manifest = experiment::manifest_json(plan, checksums.values());
    if (!options.manifest.empty()) write_file(options.manifest, manifest);
    if (!options.json.empty()) print_or_write(options.json, manifest);
  }
  if (!options.quiet) {
    std::string text;
    report::add_paragraph(text, summary(options, plan, written), report::Style::plain, terminal);
    show(options, text);
  }
  return interrupted ? kInterrupted : kOk;
}

int init(InitOptions& options) {
  options.read();
  const experiment::WeightPlan plan = plan_of(options);
  if (!options.slice.empty()) return give_slice(options, plan);
  const report::Terminal terminal = report::inspect_terminal(message_descriptor(options), options.color);
  if (!options.quiet) show(options, introduction(options, plan, terminal));
  if (!options.out.empty()) return write_file_of(options, plan, terminal);
  if (!options.json.empty()) print_or_write(options.json, experiment::manifest_json(plan, {}));
  return kOk;
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<InitOptions>(app);
  app.footer(std::string(kExamples) + std::string(kExitStatusHelp));
  return [options] { return init(*options); };
}

}  // namespace

extern const Command kInitCommand;
const Command kInitCommand{"init", "draw the weights of a network, or fresh ones for a model's tensors, into a file",
                           declare};

}  // namespace fanin::cli

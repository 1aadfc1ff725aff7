#include "apps/fanin/init_options.hpp"

#include <CLI/CLI.hpp>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>
#include <thread>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"

namespace fanin::cli {
namespace {

constexpr std::int64_t kMostThreads = 1024;

unsigned parse_threads(const std::string& given) {
  const std::optional<std::int64_t> value = parse_integer(given);
  if (value && *value >= 0 && *value <= kMostThreads) return static_cast<unsigned>(*value);
  throw Error(
      ErrorCode::bad_value, "--threads",
      "'" + given + "' is not a number of threads: 0 (one per core), 1, 2, ... up to " + std::to_string(kMostThreads));
}

}  // namespace

std::uint64_t parse_byte_count(const std::string& text, const std::string& option) {
  struct Unit {
    std::string_view name;
    double bytes;
  };
  static constexpr std::array<Unit, 9> kUnits{{{"KiB", 0x1p10},
                                               {"MiB", 0x1p20},
                                               {"GiB", 0x1p30},
                                               {"TiB", 0x1p40},
                                               {"KB", 1e3},
                                               {"MB", 1e6},
                                               {"GB", 1e9},
                                               {"TB", 1e12},
                                               {"B", 1}}};
  std::string_view number = text;
  double unit = 1;
  for (const Unit& known : kUnits) {
    if (!number.ends_with(known.name)) continue;
    number.remove_suffix(known.name.size());
    unit = known.bytes;
    break;
  }
  while (!number.empty() && number.back() == ' ') number.remove_suffix(1);
  const std::optional<double> value = parse_number(number);
  const double bytes = value ? std::floor(*value * unit) : 0;
  if (bytes >= 1 && bytes < 0x1p62) return static_cast<std::uint64_t>(bytes);
  throw Error(ErrorCode::bad_value, option, "'" + text + "' is not a size such as 5GB, 500MB or 2GiB");
}

InitOptions::InitOptions(CLI::App& app) : app_(app), reader_(app) {
  declare_values();
  declare_context();
  declare_output();
}

void InitOptions::declare_values() {
  reader_.group("Values");
  reader_.convert("--net", "NET",
                  "widths (default 784-256-128-10; 784-128x30-10 for 30 of 128), a preset from `fanin list nets`, or a "
                  ".toml file",
                  [this](const std::string& given) {
                    network.net = given;
                    net_given_ = true;
                  });
  reader_.text("--like", "FILE", "in place of --net: the tensors of this .safetensors, its .index.json, or .npz", like);
  reader_.text("--init", "NAME", "see `fanin list initializers` and `fanin list schemes` (default he_normal)",
               network.init);
  reader_.seed("--seed", "(default 1)", network.seed);
  reader_.convert("--dtype", "TYPE", "f32, f64, bf16 or f16 (default f32; with --like: each tensor's own)",
                  [this](const std::string& given) { dtype = parse_dtype(given); });
  reader_.convert("--dialect", "NAME", "fanin, pytorch, keras, jax or timm: whose definition a name means",
                  [this](const std::string& given) { network.dialect = init::parse_dialect(given); });
  reader_.convert("--stream", "NAME",
                  "fanin, numpy, numpy-pcg64 or torch: whose random numbers are drawn (default fanin)",
                  [this](const std::string& given) { network.stream = experiment::parse_stream(given); });
  reader_.text("--embedding-init", "NAME", "with --like: for embeddings and positions (default as --init)",
               embedding_init);
  app_.add_option("--role", roles, "with --like: what the tensors of these names (* and ?) are; may be repeated")
      ->type_name("PATTERN=ROLE")
      ->type_size(1)
      ->allow_extra_args(false)
      ->group("Values");
}

void InitOptions::declare_context() {
  reader_.group("What --net leaves open");
  context.declare(reader_);
}

void InitOptions::declare_output() {
  reader_.group("Output");
  reader_.text("--out,-o", "FILE", "weights.safetensors or weights.npz; - is standard output", out);
  reader_.text("--slice", "NAME:FROM:TO", "only these elements of one tensor: printed, or with -o written (also .npy)",
               slice);
  reader_.text("--manifest", "FILE", "write formula, fans, gain, seed and checksum of every tensor as JSON", manifest);
  reader_.json("report", json);
  reader_.convert(
      "--max-shard-size", "SIZE",
      "split into .safetensors files of at most this size, with an index: 5GB (a larger tensor gets a file of its own)",
      [this](const std::string& given) { max_shard_bytes = parse_byte_count(given, "--max-shard-size"); });
  reader_.flag("--resume", ".safetensors: go on with what an interrupted call left behind; the bytes are the same",
               resume);
  reader_.convert("--threads", "N", "threads that draw; changes no value (default: one per core)",
                  [this](const std::string& given) { threads = parse_threads(given); });
  reader_.flag("--explain", "show every tensor's formula, fans and spread, and where other libraries differ", explain);
  reader_.flag("--no-progress", "no progress", no_progress);
  reader_.flag("--quiet", "neither progress nor report: only files and errors", quiet);
  reader_.convert("--color", "WHEN", "auto, always or never (default auto: on a terminal without NO_COLOR)",
                  [this](const std::string& given) { color = report::parse_color_choice(given); });
}

void InitOptions::read() {
  reader_.read();
  if (dtype) network.dtype = *dtype;
  network.context = context.context();
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  if (out == "-") out = "/dev/stdout";
  const auto refuse = [](const char* option, const std::string& message) {
    throw Error(ErrorCode::bad_value, option, message);
  };
  if (like.empty() && !roles.empty()) refuse("--role", "belongs to --like; the tensors of --net have known roles");
  if (like.empty() && !embedding_init.empty()) refuse("--embedding-init", "belongs to --like; --net has no embeddings");
  if (!like.empty() && context.given()) refuse("--like", "takes the tensors of a file, whose shapes are known");
  if (!like.empty() && net_given_) refuse("--like", "takes the tensors of a file, so --net cannot be given as well");
  if (out.empty() && slice.empty() && !explain && like.empty() && json.empty()) {
    refuse("--out", "name a file such as -o weights.safetensors, or ask for --explain, --slice or --json");
  }
  if (!slice.empty() && !manifest.empty()) refuse("--manifest", "describes whole tensors, so it cannot join --slice");
  if (out == "/dev/stdout" && json == "-") refuse("--json", "standard output is taken by the weights; give a file");
  if (out.empty() && resume) refuse("--resume", "needs -o FILE to go on with");
  if (!slice.empty() && resume) refuse("--resume", "continues whole files; a slice is written at once");
  if (!slice.empty() && max_shard_bytes != 0)
    refuse("--max-shard-size", "is for whole files, so it cannot join --slice");
}

}  // namespace fanin::cli

#include "apps/fanin/compare_options.hpp"

#include <limits>

#include "apps/fanin/train_options.hpp"
#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"

namespace fanin::cli {
namespace {

int parse_workers(const std::string& given) {
  const std::optional<std::int64_t> value = parse_integer(given);
  if (value && *value >= 0 && *value <= std::numeric_limits<int>::max()) return static_cast<int>(*value);
  throw Error(ErrorCode::bad_value, "--workers",
              "'" + given + "' is not a number of workers: 0 (one per core), 1, 2, ...");
}

}  // namespace

CompareOptions::CompareOptions(CLI::App& app) : reader(app) {
  declare_experiment();
  declare_data();
  declare_output();
}

void CompareOptions::declare_experiment() {
  reader.group("Experiment");
  reader.text("--data", "WHAT",
              "a name from `fanin list data`, a folder of IDX files, a .npz or a .csv file (default fashion-mnist)",
              settings.data);
  reader.text("--net", "NET",
              "widths, a preset from `fanin list nets`, or a .toml file (default 784-256-128-10 for 784 inputs, "
              "10 classes)",
              settings.net);
  reader.text("--activation", "NAME", "of the hidden layers, see `fanin list activations` (default relu)",
              settings.activation);
  reader.convert(
      "--inits", "LIST",
      "initializations to compare, separated by commas, see `fanin list initializers` and `fanin list schemes` "
      "(default \"zeros,normal(std=0.01),glorot_uniform,he_uniform\")",
      [this](const std::string& given) { settings.inits = split_list(given, "--inits"); });
  reader.text("--optimizer", "NAME", "see `fanin list optimizers` (default adam)", settings.optimizer);
  reader.number("--lr", "RATE", "learning rate (default: PyTorch's for the optimizer, 0.001 for adam)",
                settings.learning_rate);
  reader.integer("--batch-size", "ROWS", "rows per step (default 64, or all training rows where there are fewer)",
                 settings.batch_size);
  reader.integer("--epochs", "N", "passes over the training rows (default 10)", settings.epochs);
  reader.integer("--seeds", "N", "runs of each initialization (default 3)", settings.seeds);
  reader.seed("--seed", "the first seed (default 1)", settings.first_seed);
  reader.fraction("--reach", "ACCURACY", "count the epochs until the test accuracy reaches this (default 0.85)",
                  settings.reach_accuracy);
  declare_watch_options(reader, settings.watch);
  reader.convert("--save-traces", "DIR",
                 "--watch, and write what it sees of each run to DIR/INIT-seedN.jsonl; see docs/trace.md",
                 [this](const std::string& given) {
                   settings.watch.on = true;
                   settings.watch.trace = given;
                 });
  reader.convert("--workers", "N", "runs at the same time; changes no result (default: one per core)",
                 [this](const std::string& given) { settings.workers = parse_workers(given); });
}

void CompareOptions::declare_data() {
  experiment::DataOptions& data = settings.data_options;
  reader.group("Data");
  reader.fraction("--validation,--validation-fraction", "FRACTION",
                  "cut this part of the training rows off, and choose the best by it (default 0: by the test rows)",
                  data.validation_fraction);
  reader.flag("--standardize", "inputs to zero mean and unit variance (default: scaled to [0, 1])", data.standardize);
  reader.flag("--raw", "inputs as they are", data.raw);
  declare_fault_options(reader, data);
  reader.integer("--limit-train", "ROWS", "use only the first training rows (default: all)", data.limit_train);
  reader.integer("--limit-test", "ROWS", "use only the first test rows (default: all)", data.limit_test);
  reader.text("--target", "COLUMN", "csv only: name or index, from 0, of the column to learn", data.target_column);
  reader.convert("--task", "TASK", "csv, npz, teacher: auto, classification or regression (default auto)",
                 [&data](const std::string& given) { data.task = parse_task(given); });
  reader.fraction("--test-fraction", "FRACTION", "csv, text: the part that becomes the test rows (default 0.2)",
                  data.test_fraction);
}

void CompareOptions::declare_output() {
  reader.group("Output");
  reader.text(
      "--out", "FOLDER",
      "write result.json, epochs.csv, the store fanin.sqlite (see `fanin runs`) and the page report.html there; "
      "every run is watched for the page, "
      "which changes no result",
      out);
  reader.json("table", json);
  reader.text("--tensorboard", "FOLDER", "write TensorBoard's event files there, while the runs go on", tensorboard);
  reader.flag("--no-progress", "only the table at the end", no_progress);
  reader.flag("--quiet", "neither progress nor table: only files and errors", quiet);
  reader.convert("--color", "WHEN", "auto, always or never (default auto: on a terminal without NO_COLOR)",
                 [this](const std::string& given) { color = report::parse_color_choice(given); });
}

}  // namespace fanin::cli

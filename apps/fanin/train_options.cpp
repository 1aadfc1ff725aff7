#include "apps/fanin/train_options.hpp"

#include <CLI/CLI.hpp>
#include <optional>
#include <set>
#include <vector>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"

namespace fanin::cli {
namespace {

// "global_norm=1", "value=0.5", "none".
void parse_clip(const std::string& given, experiment::TrainSettings& settings) {
  const std::size_t equals = given.find('=');
  settings.clipping = given.substr(0, equals);
  if (const std::optional<double> limit = parse_number(given); limit) {
    settings.clipping = "global_norm";
    settings.clip_limit = *limit;
    return;
  }
  if (settings.clipping == "none" && equals == std::string::npos) return;
  const std::optional<double> limit =
      equals == std::string::npos ? std::nullopt : parse_number(given.substr(equals + 1));
  if (!limit) {
    throw Error(ErrorCode::bad_syntax, "--clip",
                "'" + given + "' is not KIND=LIMIT, such as global_norm=1, norm=1 or value=0.5");
  }
  settings.clip_limit = *limit;
}

}  // namespace

experiment::Task parse_task(const std::string& given) {
  const std::vector<std::string> known{"auto", "classification", "regression"};
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (given == known[i]) return static_cast<experiment::Task>(i);
  }
  throw Error(ErrorCode::unknown_name, "--task", "there is no task '" + given + "'; " + suggestion(given, known));
}

void declare_watch_options(OptionReader& reader, experiment::WatchSettings& watch) {
  reader.flag("--watch", "look at every tensor at every step, and say at the end what is wrong; changes no result",
              watch.on);
  reader.integer("--watch-every", "K", "steps between two full records of --watch (default 50)", watch.every);
}

void declare_data_options(OptionReader& reader, std::string_view otherwise, std::string& data,
                          experiment::DataOptions& options) {
  reader.text(
      "--data", "WHAT",
      "a name from `fanin list data`, a folder, a .npz or a .csv file (default: " + std::string(otherwise) + ")", data);
  reader.fraction("--validation,--validation-fraction", "FRACTION",
                  "cut this part of the training rows off to choose the best epoch by (default 0)",
                  options.validation_fraction);
  reader.integer("--limit-train", "ROWS", "use only the first training rows (default: all)", options.limit_train);
  reader.integer("--limit-test", "ROWS", "use only the first test rows (default: all)", options.limit_test);
  reader.text("--target", "COLUMN", "csv: name or index, from 0, of the column to learn", options.target_column);
  reader.convert("--task", "TASK", "csv, npz, teacher: auto, classification or regression (default auto)",
                 [&options](const std::string& given) { options.task = parse_task(given); });
  reader.fraction("--test-fraction", "FRACTION", "csv, text: the part that becomes the test rows (default 0.2)",
                  options.test_fraction);
}

void declare_scaling_options(OptionReader& reader, experiment::DataOptions& options) {
  reader.flag("--standardize", "inputs to zero mean and unit variance (default: scaled to [0, 1])",
              options.standardize);
  reader.flag("--raw", "inputs as they are", options.raw);
  declare_fault_options(reader, options);
}

void declare_fault_options(OptionReader& reader, experiment::DataOptions& options) {
  reader.number("--scale-inputs", "FACTOR", "multiply inputs after that: a fault to experiment with (default 1)",
                options.input_factor);
  reader.fraction("--shuffle-labels", "FRACTION",
                  "give this part of the training rows each other's labels: likewise (default 0)",
                  options.shuffle_labels);
}

void declare_network_options(OptionReader& reader, experiment::TrainSettings& s) {
  reader.text("NET,--net", "NET",
              "widths such as 784-256-10, a preset from `fanin list nets`, or a .toml file "
              "(default: inputs-256-128-outputs)",
              s.net);
  reader.text("--activation", "NAME", "where the network leaves it open (default relu)", s.activation);
  reader.text("--init", "NAME",
              "an initializer or a scheme: `fanin list initializers`, `fanin list schemes` "
              "(default he_normal)",
              s.init);
  reader.text("--init-for", "RULES", "exceptions by layer or parameter: \"head=zeros,conv*=delta_orthogonal\"",
              s.init_for);
}

void declare_training_options(OptionReader& reader, experiment::TrainSettings& s) {
  reader.text("--optimizer", "NAME", "see `fanin list optimizers` (default adam)", s.optimizer);
  reader.number("--lr", "RATE", "learning rate (default: PyTorch's for the optimizer, 0.001 for adam)",
                s.learning_rate);
  reader.text("--lr-for", "RULES", "factors by layer or parameter: \"head=100x,conv*=0.1x\"", s.learning_rate_for);
  reader.text("--schedule", "NAME",
              "of the learning rate, see `fanin list schedules`; each takes warmup=STEPS (default constant)",
              s.schedule);
  reader.convert("--clip", "KIND=LIMIT",
                 "clip gradients, see `fanin list clipping`: global_norm=1, norm=1 or value=0.5; a number alone is a "
                 "global norm (default none)",
                 [&s](const std::string& given) { parse_clip(given, s); });
  reader.flag("--decay-all",
              "the optimizer's weight_decay acts on every parameter, as in PyTorch (default: on weights alone, not on "
              "biases, scales, shifts and embeddings)",
              s.decay_all);
  reader.fraction("--label-smoothing", "FRACTION", "this part of each label goes to all classes alike (default 0)",
                  s.label_smoothing);
  reader.text("--loss", "NAME", "see `fanin list losses` (default: as the data suggest)", s.loss);
  reader.seed("--seed", "of the initialization, the order of the rows and dropout (default 1)", s.seed);
}

void declare_batch_options(OptionReader& reader, experiment::TrainSettings& s) {
  reader.integer("--batch-size", "ROWS",
                 "rows of an optimizer step (default 64, or all training rows where there are fewer)", s.batch_size);
  reader.integer("--accumulate", "PARTS", "compute a step's rows in so many parts, to save memory (default 1)",
                 s.accumulate);
  reader.integer("--chunks", "N",
                 "sum the gradients of a batch over so many parts; the bits depend on it "
                 "(default: by batch size, one for 32 rows)",
                 s.chunks);
  reader.convert("--threads", "N", "at most one per chunk; changes no result (default: one per core)",
                 [&s](const std::string& given) {
                   const std::optional<std::int64_t> value = parse_integer(given);
                   if (!value || *value < 0 || *value > 1024) {
                     throw Error(ErrorCode::bad_value, "--threads", "'" + given + "' is not a number of threads");
                   }
                   s.threads = static_cast<int>(*value);
                 });
}

TrainOptions::TrainOptions(CLI::App& app) : app_(app), reader_(app) {
  reader_.group("Network");
  declare_network_options(reader_, settings);
  reader_.group("Data");
  declare_data_options(reader_, "fashion-mnist", settings.data, settings.data_options);
  declare_scaling_options(reader_, settings.data_options);
  reader_.group("Training");
  declare_training_options(reader_, settings);
  declare_batches();
  declare_output();
}

void TrainOptions::declare_batches() {
  experiment::TrainSettings& s = settings;
  reader_.group("Batches and epochs");
  declare_batch_options(reader_, s);
  reader_.integer("--epochs", "N", "passes over the training rows (default 10)", s.epochs);
  reader_.integer("--steps", "N", "end after so many steps, whatever the epochs (default 0: do not)", s.max_steps);
  reader_.integer("--patience", "N", "end after so many epochs without a better validation (default 0: never)",
                  s.patience);
  reader_.integer("--evaluate-every", "N", "epochs between two evaluations of the test part (default 1)",
                  s.evaluate_every);
}

void TrainOptions::declare_output() {
  reader_.group("Output");
  reader_.text(
      "--out", "FOLDER",
      "write last.safetensors, best.safetensors, train.json, epochs.csv, the store fanin.sqlite (see `fanin runs`) "
      "and the page report.html there; "
      "the training is watched for the page, which changes no result",
      out);
  reader_.text("--resume", "FOLDER", "go on with the training in this folder, to the same bits", resume);
  reader_.text("--tensorboard", "FOLDER", "write TensorBoard's event files there, while the training goes on",
               tensorboard);
  reader_.number("--checkpoint-seconds", "S",
                 "between two checkpoints within an epoch (default 30; 0: one after every step)",
                 settings.checkpoint_seconds);
  declare_watch_options(reader_, settings.watch);
  reader_.convert("--trace", "FILE", "write what --watch sees there, as JSON Lines while it goes on; see docs/trace.md",
                  [this](const std::string& given) { settings.watch.trace = given; });
  reader_.json("report", json);
  reader_.flag("--no-progress", "only the report at the end", no_progress);
  reader_.flag("--quiet", "neither progress nor report: only files and errors", quiet);
  reader_.convert("--color", "WHEN", "auto, always or never (default auto: on a terminal without NO_COLOR)",
                  [this](const std::string& given) { color = report::parse_color_choice(given); });
}

void TrainOptions::read() {
  reader_.read();
  if (resume.empty()) settings.net = OptionReader::argument(settings.net, json);
  settings.out = out;
  if (resume.empty()) return;
  static const std::set<std::string> kAllowed{"--resume",     "--threads", "--checkpoint-seconds", "--json",  "--quiet",
                                              "--color",      "--help",    "--no-progress",        "--watch", "--trace",
                                              "--watch-every"};
  for (const CLI::Option* option : app_.get_options()) {
    const std::string name = "--" + (option->get_lnames().empty() ? "" : option->get_lnames().front());
    if (option->count() == 0 || kAllowed.contains(name)) continue;
    throw Error(ErrorCode::bad_value, name,
                "a resumed training keeps the settings it began with; leave it out, or begin a new one with --out");
  }
}

}  // namespace fanin::cli

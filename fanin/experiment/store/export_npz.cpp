#include <bit>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "fanin/experiment/store/export.hpp"
#include "fanin/experiment/store/run_numbers.hpp"
#include "fanin/io/npz.hpp"

namespace fanin::experiment {
namespace {

template <typename Value, typename Records, typename Get>
void add_column(io::NpzWriter& file, const std::string& name, const Records& records, const Get& get) {
  std::vector<Value> values;
  values.reserve(records.size());
  for (const auto& record : records) values.push_back(get(record));
  file.add(name, io::view_of(std::span<const Value>(values), {static_cast<std::int64_t>(values.size())}));
}

// Names by their position, in the order in which they are met.
class Names final {
 public:
  std::int64_t position_of(std::string_view name) {
    return positions_.try_emplace(std::string(name), static_cast<std::int64_t>(positions_.size())).first->second;
  }
  void write(io::NpzWriter& file, const std::string& array) const {
    std::vector<std::string_view> ordered(positions_.size());
    for (const auto& [name, position] : positions_) ordered[static_cast<std::size_t>(position)] = name;
    std::vector<std::uint8_t> bytes;
    for (const std::string_view name : ordered) {
      // A newline within a name would count as the end of one.
      for (const char c : name) bytes.push_back(c == '\n' ? ' ' : static_cast<std::uint8_t>(c));
      bytes.push_back('\n');
    }
    file.add(array, io::view_of(std::span<const std::uint8_t>(bytes), {static_cast<std::int64_t>(bytes.size())}));
  }

 private:
  std::map<std::string, std::int64_t, std::less<>> positions_;
};

// A record and the run it belongs to.
template <typename Record>
struct Owned {
  std::int64_t run = 0;
  const Record* record = nullptr;
};

template <typename Record>
std::vector<Owned<Record>> all_of(std::span<const StoredRun> runs, std::vector<Record> StoredRun::*member) {
  std::vector<Owned<Record>> all;
  for (const StoredRun& run : runs) {
    for (const Record& record : run.*member) all.push_back({run.id, &record});
  }
  return all;
}

void add_runs(io::NpzWriter& file, std::span<const StoredRun> runs) {
  using Integer = std::int64_t;
  Names inits, statuses;
  add_column<Integer>(file, "run_id", runs, [](const StoredRun& run) { return run.id; });
  add_column<Integer>(file, "run_experiment", runs, [](const StoredRun& run) { return run.experiment; });
  add_column<Integer>(file, "run_seed", runs, [](const StoredRun& run) { return std::bit_cast<Integer>(run.seed); });
  add_column<Integer>(file, "run_init", runs, [&](const StoredRun& run) { return inits.position_of(run.init); });
  add_column<Integer>(file, "run_status", runs,
                      [&](const StoredRun& run) { return statuses.position_of(to_string(run.status)); });
  add_column<Integer>(file, "run_steps", runs, [](const StoredRun& run) { return run.steps; });
  for (const RunNumber& number : run_numbers()) {
    add_column<double>(file, "run_" + std::string(number.name), runs,
                       [&](const StoredRun& run) { return run.*number.value; });
  }
  inits.write(file, "init_names");
  statuses.write(file, "status_names");
}

void add_epochs(io::NpzWriter& file, std::span<const StoredRun> runs) {
  using Epoch = Owned<StoredEpoch>;
  const std::vector<Epoch> epochs = all_of(runs, &StoredRun::epochs);
  add_column<std::int64_t>(file, "epoch_run", epochs, [](const Epoch& epoch) { return epoch.run; });
  add_column<std::int64_t>(file, "epoch", epochs, [](const Epoch& epoch) { return epoch.record->epoch; });
  add_column<std::int64_t>(file, "epoch_steps", epochs, [](const Epoch& epoch) { return epoch.record->steps; });
  for (const auto& number : epoch_numbers()) {
    add_column<double>(file, "epoch_" + std::string(number.name), epochs,
                       [&](const Epoch& epoch) { return epoch.record->*number.value; });
  }
}

void add_layers(io::NpzWriter& file, std::span<const StoredRun> runs) {
  using Layer = Owned<StoredLayer>;
  const std::vector<Layer> layers = all_of(runs, &StoredRun::layers);
  Names names;
  add_column<std::int64_t>(file, "layer_run", layers, [](const Layer& layer) { return layer.run; });
  add_column<std::int64_t>(file, "layer_step", layers, [](const Layer& layer) { return layer.record->step; });
  add_column<std::int64_t>(file, "layer_name", layers,
                           [&](const Layer& layer) { return names.position_of(layer.record->name); });
  for (const auto& number : layer_numbers()) {
    add_column<double>(file, "layer_" + std::string(number.name), layers,
                       [&](const Layer& layer) { return layer.record->*number.value; });
  }
  names.write(file, "layer_names");
}

}  // namespace

void write_runs_npz(const std::filesystem::path& path, std::span<const StoredRun> runs) {
  io::NpzWriter file(path);
  add_runs(file, runs);
  add_epochs(file, runs);
  add_layers(file, runs);
  file.commit();
}

}  // namespace fanin::experiment

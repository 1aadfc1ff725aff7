// fanin init: the same bytes whatever the threads, slices, interruptions; nothing half-written.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>

#include <cstring>
#include <thread>

#include "fanin/init/checksum.hpp"
#include "fanin/io/npy.hpp"
#include "fanin/io/npz.hpp"
#include "fanin/io/safetensors.hpp"
#include "init_runs.hpp"
#include "tests/support/json.hpp"

namespace fanin::cli_test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using tests::parse_json;

TEST(Init, WritesTheSameBytesWithAnyNumberOfThreads) {
  const TemporaryFolder folder;
  const Arguments network{"--net", "700-1100-900-10", "--init", "he_normal", "--seed", "3"};
  std::string first;
  for (const char* threads : {"1", "2", "3"}) {
    Arguments arguments = network;
    arguments.insert(arguments.end(), {"--threads", threads});
    const Finished finished = init(folder / "w.safetensors", arguments);
    EXPECT_EQ(finished.status, 0) << finished.err;
    EXPECT_THAT(finished.out, AllOf(HasSubstr("6 tensors"), HasSubstr("GB/s")));
    const std::string bytes = read_file(folder / "w.safetensors");
    if (first.empty()) first = bytes;
    EXPECT_EQ(bytes, first) << threads;
  }
  const io::SafetensorsFile file(folder / "w.safetensors");
  EXPECT_EQ(file.find("layer1.weight").shape, Shape({1100, 700}));
  EXPECT_EQ(file.metadata().at("fanin.seed"), "3");
  EXPECT_EQ(files_in(folder), 1U);
}

TEST(Init, ASliceEqualsItsPlaceInTheWhole) {
  const TemporaryFolder folder;
  for (const char* rule : {"he_normal", "orthogonal", "truncated_normal(std=0.02)"}) {
    ASSERT_EQ(init(folder / "w.safetensors", {"--net", "61-33-5", "--init", rule}).status, 0);
    const io::SafetensorsFile file(folder / "w.safetensors");
    const io::Array whole = file.read(file.find("layer1.weight"));
    ASSERT_EQ(
        init(folder / "part.npy", {"--net", "61-33-5", "--init", rule, "--slice", "layer1.weight:100:777"}).status, 0);
    const io::Array part = io::read_npy(folder / "part.npy");
    const auto values = io::values<float>(whole).subspan(100, 677);
    EXPECT_TRUE(std::ranges::equal(io::values<float>(part), values)) << rule;
  }
}

TEST(Init, ASliceIsPrintedInDigitsThatReadBack) {
  const Finished finished = run({"init", "--net", "9-4-2", "--slice", "layer1.weight:2:5"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  const TemporaryFolder folder;
  ASSERT_EQ(init(folder / "w.npz", {"--net", "9-4-2"}).status, 0);
  const io::Array whole = io::NpzFile(folder / "w.npz").read("layer1.weight");
  std::istringstream lines(finished.out);
  std::string line;
  for (std::size_t i = 2; i < 5; ++i) {
    ASSERT_TRUE(std::getline(lines, line));
    EXPECT_EQ(std::stof(line), io::values<float>(whole)[i]);
  }
  EXPECT_FALSE(std::getline(lines, line));
}

TEST(Init, AnNpzHoldsTheSameValuesAsSafetensors) {
  const TemporaryFolder folder;
  for (const char* dtype : {"f32", "f64", "f16"}) {
    ASSERT_EQ(init(folder / "w.npz", {"--net", "30-20-3", "--dtype", dtype}).status, 0);
    ASSERT_EQ(init(folder / "w.safetensors", {"--net", "30-20-3", "--dtype", dtype}).status, 0);
    const io::NpzFile npz(folder / "w.npz");
    const io::SafetensorsFile safetensors(folder / "w.safetensors");
    ASSERT_EQ(npz.names().size(), 4U);
    for (const std::string& name : npz.names()) {
      EXPECT_EQ(npz.read(name).data, safetensors.read(safetensors.find(name)).data) << name << dtype;
    }
  }
  expect_failure(init(TemporaryFolder() / "w.npz", {"--dtype", "bf16"}), 2, TemporaryFolder(), {"bf16", "safetensors"});
}

TEST(Init, ShardsHoldTheWholeAndHaveAnIndex) {
  const TemporaryFolder folder;
  const Arguments network{"--net", "300-400-200-10"};
  Arguments sharded = network;
  sharded.insert(sharded.end(), {"--max-shard-size", "400KB"});
  ASSERT_EQ(init(folder / "whole.safetensors", network).status, 0);
  const Finished finished = init(folder / "m.safetensors", sharded);
  ASSERT_EQ(finished.status, 0) << finished.err;
  const io::SafetensorsFile whole(folder / "whole.safetensors");
  const io::SafetensorsIndex index = io::read_safetensors_index(folder / "m.safetensors.index.json");
  EXPECT_EQ(index.file_of.size(), whole.entries().size());
  for (const auto& [name, file] : index.file_of) {
    const io::SafetensorsFile shard(folder / file);
    EXPECT_EQ(shard.read(shard.find(name)).data, whole.read(whole.find(name)).data) << name;
  }
  EXPECT_GT(files_in(folder), 3U);
}

TEST(Init, ARunKilledAnywhereIsResumedWithTheSameBytes) {
  const TemporaryFolder folder;
  const Arguments network{"--net", "4000-4000-4000-10", "--threads", "1", "--no-progress"};  // 128 MB
  ASSERT_EQ(init(folder / "whole.safetensors", network).status, 0);
  const std::string whole = read_file(folder / "whole.safetensors");
  const std::filesystem::path target = folder / "w.safetensors";
  int killed = 0;
  for (const std::uintmax_t stop : {1U, 20'000'000U, 60'000'000U, 120'000'000U}) {
    std::filesystem::remove(target);
    Arguments arguments = network;
    arguments.insert(arguments.begin(), {"init", "-o", target.string()});
    {
      Program program(arguments);
      std::error_code error;
      while (!std::filesystem::exists(target)) {
        const std::uintmax_t size = std::filesystem::file_size(target.string() + ".partial", error);
        if (!error && size >= stop) break;
      }
      program.signal(SIGKILL);
      killed += program.finish().status == 128 + SIGKILL ? 1 : 0;
    }
    arguments.emplace_back("--resume");
    const Finished resumed = run(arguments);
    ASSERT_EQ(resumed.status, 0) << resumed.err;
    EXPECT_EQ(read_file(target), whole) << "killed after " << stop;
    EXPECT_EQ(files_in(folder), 2U);
  }
  EXPECT_GE(killed, 3);
}

std::uintmax_t bytes_in(const std::filesystem::path& folder) {
  std::uintmax_t sum = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(entry.path(), error);
    if (!error) sum += size;  // a file that has just been renamed is counted the next time
  }
  return sum;
}

TEST(Init, ShardsKilledAnywhereAreResumedWithTheSameBytes) {
  const TemporaryFolder folder;
  const Arguments network{"--net", "2000-2000x5-10", "--threads", "1", "--no-progress", "--max-shard-size", "20MB"};
  std::filesystem::create_directory(folder / "whole");
  std::filesystem::create_directory(folder / "parts");
  ASSERT_EQ(init(folder / "whole" / "w.safetensors", network).status, 0);  // five shards of 16 MB
  int killed = 0;
  for (const std::uintmax_t stop : {1U, 30'000'000U, 70'000'000U}) {
    for (const auto& entry : std::filesystem::directory_iterator(folder / "parts")) std::filesystem::remove(entry);
    Arguments arguments = network;
    arguments.insert(arguments.begin(), {"init", "-o", (folder / "parts" / "w.safetensors").string()});
    {
      Program program(arguments);
      while (bytes_in(folder / "parts") < stop) std::this_thread::yield();
      program.signal(SIGKILL);
      killed += program.finish().status == 128 + SIGKILL ? 1 : 0;
    }
    EXPECT_FALSE(std::filesystem::exists(folder / "parts" / "w.safetensors.index.json"));
    arguments.emplace_back("--resume");
    const Finished resumed = run(arguments);
    ASSERT_EQ(resumed.status, 0) << resumed.err;
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "whole")) {
      EXPECT_EQ(read_file(folder / "parts" / entry.path().filename().string()), read_file(entry.path())) << entry;
      ++files;
    }
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder / "parts"), {}),
              static_cast<std::ptrdiff_t>(files));
  }
  EXPECT_GE(killed, 2);
}

TEST(Init, APartialFileWithOtherBytesIsNotTrusted) {
  const TemporaryFolder folder;
  const Arguments network{"--net", "500-300-10"};
  ASSERT_EQ(init(folder / "w.safetensors", network).status, 0);
  const std::string whole = read_file(folder / "w.safetensors");
  std::string damaged = whole.substr(0, whole.size() / 2);
  std::memset(damaged.data() + damaged.size() - 100, 0, 50);  // as a power cut leaves it
  std::filesystem::remove(folder / "w.safetensors");
  write_file(folder / "w.safetensors.partial", damaged);
  Arguments resume = network;
  resume.insert(resume.end(), {"--resume", "--manifest", (folder / "m.json").string()});
  const Finished finished = init(folder / "w.safetensors", resume);
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("the partial file held other"));
  EXPECT_EQ(read_file(folder / "w.safetensors"), whole);

  std::filesystem::remove(folder / "w.safetensors");
  write_file(folder / "w.safetensors.partial", whole.substr(0, whole.size() / 2));
  resume.insert(resume.end(), {"--seed", "2"});
  const Finished other = init(folder / "w.safetensors", resume);
  EXPECT_EQ(other.status, 2);
  EXPECT_THAT(other.err, HasSubstr("begun with other"));
}

TEST(Init, CtrlCKeepsWhatResumeNeedsAndExits130) {
  const TemporaryFolder folder;
  const std::filesystem::path target = folder / "w.safetensors";
  const Arguments arguments{"init", "-o", target.string(), "--net", "8000-8000-8000-10", "--threads", "1"};  // 512 MB
  Program program(arguments);
  while (!std::filesystem::exists(target.string() + ".partial")) std::this_thread::yield();
  program.signal(SIGINT);
  const Finished finished = program.finish();
  EXPECT_EQ(finished.status, 130);
  EXPECT_THAT(finished.err, HasSubstr("stopping"));
  EXPECT_THAT(finished.out, HasSubstr("--resume"));
  EXPECT_FALSE(std::filesystem::exists(target));
  EXPECT_TRUE(std::filesystem::exists(target.string() + ".partial"));
}

TEST(Init, MemoryStaysSmallHoweverLargeTheSetIs) {
  // 900 MB. ru_maxrss is in kB, and of the largest child so far.
  const Finished finished = run({"init", "-o", "/dev/null", "--net", "15000-15000", "--no-progress", "--quiet"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  EXPECT_LT(usage.ru_maxrss, 400'000);
}

TEST(Init, AnNpzIsNotResumedAndSaysWhatIs) {
  const TemporaryFolder folder;
  expect_failure(init(folder / "w.npz", {"--resume"}), 2, folder, {"leave out --resume", ".safetensors"});
}

TEST(Init, APresetsWeightsAreDrawnToo) {
  const Finished finished = run({"init", "--net", "gpt(layers=2, width=16, heads=2)", "--input", "8", "--vocabulary",
                                 "11", "--init", "gpt2", "--explain"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("h.1.attn"), HasSubstr("residual projection")));
  const Finished unknown = run({"init", "--net", "gptt", "--init", "gpt2", "--explain"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.err, HasSubstr("gpt"));
  const Finished like = run({"init", "--like", "none.safetensors", "--outputs", "3", "-o", "x.safetensors"});
  EXPECT_EQ(like.status, 2);
  EXPECT_THAT(like.err, HasSubstr("--like"));
}

TEST(Init, ARepeatedWidthStandsForThatManyLayers) {
  const TemporaryFolder folder;
  ASSERT_EQ(init(folder / "short.safetensors", {"--net", "20-8x3-4"}).status, 0);
  ASSERT_EQ(init(folder / "long.safetensors", {"--net", "20-8-8-8-4"}).status, 0);
  EXPECT_EQ(read_file(folder / "short.safetensors"), read_file(folder / "long.safetensors"));
}

TEST(Init, OnATerminalABarShowsTheRateAndTheTimeLeft) {
  const TemporaryFolder folder;
  TerminalSession session({"init", "-o", (folder / "w.safetensors").string(), "--net", "8000-8000-8000-10"}, 100);
  EXPECT_TRUE(session.wait_for("GB/s"));
  EXPECT_TRUE(session.wait_for("left"));
  EXPECT_EQ(session.finish(), 0);
}

TEST(Init, TheManifestProvesEveryTensor) {
  const TemporaryFolder folder;
  ASSERT_EQ(init(folder / "w.safetensors", {"--net", "784-256-128-10", "--init", "glorot_uniform(gain=tanh)", "--seed",
                                            "7", "--manifest", (folder / "m.json").string()})
                .status,
            0);
  const json manifest = parse_json(read_file(folder / "m.json"));
  EXPECT_EQ(manifest.at("seed"), 7);
  EXPECT_EQ(manifest.at("scheme"), "glorot_uniform(gain=tanh)");
  const io::SafetensorsFile file(folder / "w.safetensors");
  ASSERT_EQ(manifest.at("tensors").size(), 6U);
  for (const json& tensor : manifest["tensors"]) {
    const io::Array array = file.read(file.find(tensor.at("name").get<std::string>()));
    init::Checksum checksum;
    checksum.append(std::as_bytes(std::span(array.data)));
    EXPECT_EQ(tensor.at("xxh64"), init::checksum_text(checksum.value()));
  }
  EXPECT_EQ(manifest["tensors"][0].at("fan_in"), 784);
  EXPECT_EQ(manifest["tensors"][0].at("fan_out"), 256);
}

TEST(Init, ExplainShowsWhereTheLibrariesDiffer) {
  const Finished finished = run({"init", "--net", "784-256-10", "--init", "he_normal", "--explain"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("layer1.weight"), HasSubstr("784"), HasSubstr("keras"), HasSubstr("timm"),
                                  HasSubstr("truncated")));
}

TEST(Init, BadRequestsLeaveNothingBehind) {
  const TemporaryFolder folder;
  const std::filesystem::path out = folder / "w.safetensors";
  expect_failure(init(out, {"--init", "he_nromal"}), 2, folder, {"did you mean he_normal"});
  expect_failure(init(out, {"--init", "he_normal(gain=nan)"}), 2, folder, {"nan"});
  expect_failure(init(out, {"--net", "784-x-10"}), 2, folder, {"784-x-10"});
  expect_failure(init(out, {"--dialect", "pytroch"}), 2, folder, {"did you mean pytorch"});
  expect_failure(init(out, {"--dtype", "f23"}), 2, folder, {"f23"});
  expect_failure(init(out, {"--stream", "torhc"}), 2, folder, {"did you mean torch"});
  expect_failure(init(out, {"--seed", "-1"}), 2, folder, {"--seed"});
  expect_failure(init(out, {"--threads", "-1"}), 2, folder, {"--threads"});
  expect_failure(init(out, {"--max-shard-size", "5 gigs"}), 2, folder, {"5GB"});
  expect_failure(init(out, {"--slice", "layer1.weight:0:99999999"}), 2, folder, {"layer1.weight", "99999999"});
  expect_failure(init(out, {"--slice", "layer1.weight:5:4"}), 2, folder, {"5 to 4"});
  expect_failure(init(out, {"--slice", "layer1.wieght:0:1"}), 2, folder, {"did you mean layer1.weight"});
  expect_failure(init(out, {"--slice", "layer1.weight"}), 2, folder, {"NAME:FROM:TO"});
  expect_failure(init(out, {"--slice", "layer1.weight:0:1", "--resume"}), 2, folder, {"--resume"});
  expect_failure(init(out, {"--slice", "layer1.weight:0:1", "--max-shard-size", "1MB"}), 2, folder, {"--max-shard"});
  expect_failure(init(out, {"--init", "mup"}), 2, folder,
                 {"no multiplier", "Widths describe plain dense", "mup=true", "--like"});
  expect_failure(init(folder / "w.pth", {}), 2, folder, {".safetensors or .npz"});
  expect_failure(init(folder / "none" / "w.safetensors", {}), 4, folder, {"none"});
  expect_failure(run({"init"}), 2, folder, {"-o weights.safetensors"});
}

TEST(Init, AFullDiskLeavesNothingBehind) {
  const Finished device = run({"init", "-o", "/dev/full"});
  EXPECT_EQ(device.status, 4);
  EXPECT_THAT(device.err, AllOf(HasSubstr("/dev/full"), HasSubstr("No space left on device")));
  const TemporaryFolder folder;
  rlimit former{};
  ::getrlimit(RLIMIT_FSIZE, &former);
  rlimit limit = former;
  limit.rlim_cur = 300'000;  // the program inherits it; writing beyond fails once SIGXFSZ is ignored
  ::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &limit);
  for (const char* name : {"w.safetensors", "w.npz"}) {
    const Finished finished = init(folder / name, {"--net", "784-256-128-10"});
    EXPECT_EQ(finished.status, 4) << finished.err;
    EXPECT_THAT(finished.err, AllOf(HasSubstr(name), HasSubstr("File too large")));
    EXPECT_EQ(files_in(folder), 0U);
  }
  const Finished sharded = init(folder / "w.safetensors", {"--net", "784-256-128-10", "--max-shard-size", "150KB"});
  EXPECT_EQ(sharded.status, 4) << sharded.err;
  EXPECT_EQ(files_in(folder), 0U);
  ::setrlimit(RLIMIT_FSIZE, &former);
  ::signal(SIGXFSZ, SIG_DFL);
}

TEST(Init, AFileThatStandsStaysWhenWritingFails) {
  const TemporaryFolder folder;
  write_file(folder / "w.safetensors", "old");
  EXPECT_EQ(init(folder / "w.safetensors", {"--init", "delta_orthogonal(gain=-1)"}).status, 2);
  EXPECT_EQ(read_file(folder / "w.safetensors"), "old");
}

}  // namespace
}  // namespace fanin::cli_test

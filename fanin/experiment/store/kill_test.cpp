// Killed while it writes: every run that was reported as committed is there, and every run that is there is whole.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <random>
#include <string>
#include <thread>

#include "fanin/experiment/store/store_for_test.hpp"

namespace fanin::experiment {
namespace {

/// Goes on with the runs that are missing, and writes a byte after each commit.
[[noreturn]] void work(const std::filesystem::path& file, int tell) {
  try {
    StoreWriter writer(file);
    const std::int64_t experiment = writer.continue_experiment(some_experiment());
    const std::set<std::string> done = writer.complete_keys(experiment);
    for (int i = 0;; ++i) {
      const std::string key = std::to_string(i);
      if (done.contains(key)) continue;
      writer.commit_run(experiment, full_run(key));
      if (::write(tell, "", 1) != 1) ::_exit(2);
    }
  } catch (...) {
    ::_exit(3);
  }
}

TEST(StoreKill, LosesNoCommittedRunAndKeepsNoHalf) {
  const StoreFolder folder("store_kill");
  std::mt19937_64 random(5);
  std::size_t told = 0;
  for (int round = 0; round < 20; ++round) {
    SCOPED_TRACE(round);
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const ::pid_t child = ::fork();
    if (child == 0) work(folder.store(), ends[1]);
    ::close(ends[1]);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 150'000));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << WEXITSTATUS(status);
    for (char byte = 0; ::read(ends[0], &byte, 1) == 1;) ++told;
    ::close(ends[0]);
    if (!std::filesystem::exists(folder.store())) continue;
    { const StoreWriter recovers(folder.store()); }
    ASSERT_TRUE(check_store(folder.store()).empty());
    const StoreReader reader(folder.store());
    EXPECT_LE(reader.experiments().size(), 1U);
    const auto runs = reader.runs({});
    EXPECT_GE(runs.size(), told);  // one more each time when the kill comes between commit and telling
    EXPECT_LE(runs.size(), told + static_cast<std::size_t>(round) + 1);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      EXPECT_EQ(runs[i].key, std::to_string(i));
      expect_equal(reader.run(runs[i].id), full_run(runs[i].key));
    }
  }
  EXPECT_GT(told, 20U);
}

}  // namespace
}  // namespace fanin::experiment

#include "fanin/io/tensorboard/event_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>

#include "fanin/core/error.hpp"
#include "fanin/io/tensorboard/crc32c.hpp"
#include "fanin/io/tensorboard/message.hpp"

namespace fanin::io {
namespace {

class EventFileTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::filesystem::path file() const { return folder_ / "events.out.tfevents.1.test"; }
  [[nodiscard]] std::string bytes() const {
    std::ifstream stream(file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

 private:
  std::filesystem::path folder_ = std::filesystem::path(testing::TempDir()) / ("events." + std::to_string(::getpid()));
};

std::uint64_t number_at(const std::string& bytes, std::size_t at, int count) {
  std::uint64_t value = 0;
  for (int i = 0; i < count; ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)])} << (8 * i);
  }
  return value;
}

// One bit at a time, as RFC 3720 defines it; and the mask undone as TensorFlow's crc32c.h does.
std::uint32_t slow_crc32c(const std::string& bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
  }
  return ~crc;
}

std::uint32_t unmasked(std::uint64_t masked) {
  const std::uint32_t rotated = static_cast<std::uint32_t>(masked) - 0xA282EAD8U;
  return (rotated >> 17) | (rotated << 15);
}

/// The whole records, as a reader that stops at a torn one gets them.
std::vector<std::string> records_of(const std::string& bytes) {
  std::vector<std::string> records;
  for (std::size_t at = 0; at + 16 <= bytes.size();) {
    const std::uint64_t length = number_at(bytes, at, 8);
    if (unmasked(number_at(bytes, at + 8, 4)) != slow_crc32c(bytes.substr(at, 8))) break;
    if (length > bytes.size() - at - 16) break;
    const std::string record = bytes.substr(at + 12, length);
    if (unmasked(number_at(bytes, at + 12 + length, 4)) != slow_crc32c(record)) break;
    records.push_back(record);
    at += 16 + length;
  }
  return records;
}

TEST(Crc32c, GivesPublishedValues) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);  // the check value of CRC-32C
  // RFC 3720, appendix B.4: 32 bytes of zeros, of ones, and 0 to 31.
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62A8AB43U);
  std::string rising;
  for (char c = 0; c < 32; ++c) rising += c;
  EXPECT_EQ(crc32c(rising), 0x46DD794EU);
  EXPECT_EQ(unmasked(masked(0x46DD794EU)), 0x46DD794EU);
}

TEST(ProtobufMessage, WritesTheExamplesOfTheEncodingGuide) {
  // protobuf.dev/programming-guides/encoding: field 1 = 150; field 2 = "testing"; field 3 = {field 1 = 150}.
  EXPECT_EQ(Message().integer(1, 150).text(), "\x08\x96\x01");
  EXPECT_EQ(Message().bytes(2, "testing").text(), "\x12\x07testing");
  EXPECT_EQ(Message().message(3, Message().integer(1, 150)).text(), "\x1a\x03\x08\x96\x01");
  EXPECT_EQ(Message().integer(1, -2).text(), std::string("\x08\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
  EXPECT_EQ(Message().real(1, 1.0).text(), std::string("\x09\0\0\0\0\0\0\xf0\x3f", 9));
}

TEST_F(EventFileTest, BeginsWithTheVersionThatTensorBoardAsksFor) {
  { const EventFile events(file(), 2.0); }
  const auto records = records_of(bytes());
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0], std::string("\x09\0\0\0\0\0\0\0\x40\x1a\x0d"
                                    "brain.Event:2",
                                    24));
}

TEST_F(EventFileTest, WritesAScalarAsItsDescriptionSays) {
  {
    EventFile events(file(), 2.0);
    events.scalar("a/b", 3, 1.0, 2.0);
  }
  const auto records = records_of(bytes());
  ASSERT_EQ(records.size(), 2U);
  // wall_time = 2; step = 3; summary {value {tag = "a/b", simple_value = 1}}.
  EXPECT_EQ(records[1], std::string("\x09\0\0\0\0\0\0\0\x40\x10\x03\x2a\x0c\x0a\x0a\x0a\x03"
                                    "a/b"
                                    "\x15\0\0\x80\x3f",
                                    25));
}

TEST_F(EventFileTest, IsReadToTheLastWholeRecordWhereverItIsCut) {
  std::size_t before = 0;
  {
    EventFile events(file(), 1.0);
    events.scalar("loss", 1, 0.5, 2.0);
    before = bytes().size();
    events.histogram("weights", 1, {0, 1, 4, 2, 1.5, {0.5, 1}, {3, 1}}, 2.0);
  }
  const std::string whole = bytes();
  ASSERT_EQ(records_of(whole).size(), 3U);
  for (std::size_t size = before; size < whole.size(); ++size) {
    EXPECT_EQ(records_of(whole.substr(0, size)).size(), 2U) << size;
  }
}

TEST_F(EventFileTest, EndsWithTheRecordBeforeWhenTheDiskIsFull) {
  const ::pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const ::rlimit limit{.rlim_cur = 1000, .rlim_max = 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    int refused = 0;
    try {
      EventFile events(file(), 1.0);
      for (int i = 0; i < 100; ++i) {
        try {
          events.scalar("loss", i, 0.5, 2.0);
        } catch (const Error& error) {
          refused += error.code() == ErrorCode::io_failure ? 1 : 0;
        }
      }
    } catch (...) {
    }
    ::_exit(refused > 50 ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  const std::string written = bytes();
  const auto records = records_of(written);
  EXPECT_GT(records.size(), 10U);
  std::size_t size = 0;
  for (const std::string& record : records) size += 16 + record.size();
  EXPECT_EQ(size, written.size());
}

TEST_F(EventFileTest, IsNeverWrittenOver) {
  const EventFile events(file(), 1.0);
  try {
    const EventFile again(file(), 1.0);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::io_failure);
    EXPECT_NE(std::string(error.what()).find(file().string()), std::string::npos);
  }
}

TEST_F(EventFileTest, RefusesAHistogramWithoutALimitForEachCount) {
  EventFile events(file(), 1.0);
  EXPECT_THROW(events.histogram("w", 0, {.limits = {1}, .counts = {1, 2}}, 1.0), Error);
  EXPECT_THROW(events.histogram("w", 0, {}, 1.0), Error);
}

}  // namespace
}  // namespace fanin::io

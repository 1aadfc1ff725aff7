// fanin explain: a page for each problem that a diagnosis names.
#include <gmock/gmock.h>

#include "program.hpp"
#include "tests/support/json.hpp"

namespace fanin::cli_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using tests::parse_json;

TEST(Explain, ShowsAPageOfPlainWords) {
  const Finished finished = run({"explain", "vanishing_gradient"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("chi1"), HasSubstr("fanin check"), HasSubstr("Hochreiter 1991")));
}

TEST(Explain, WithoutANameItListsAll) {
  const Finished finished = run({"explain", "--json"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_EQ(parse_json(finished.out)["problems"].size(), 24U);
}

TEST(Explain, AnUnknownNameGetsTheNearest) {
  const Finished finished = run({"explain", "vanishing_gradeint"});
  EXPECT_EQ(finished.status, 2);
  EXPECT_THAT(finished.err, HasSubstr("did you mean vanishing_gradient"));
}

}  // namespace
}  // namespace fanin::cli_test

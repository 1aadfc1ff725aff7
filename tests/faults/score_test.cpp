#include "tests/faults/score.hpp"

#include <gmock/gmock.h>

namespace fanin::faults {
namespace {

using observe::Problem;
using ::testing::HasSubstr;
using ::testing::Not;

// The published example of many textbooks: 15 of 20, [0.531, 0.888].
TEST(Rate, HasTheWilsonIntervalOfThePublishedFormula) {
  const Rate rate{15, 20};
  EXPECT_NEAR(rate.low(), 0.5313, 1e-4);
  EXPECT_NEAR(rate.high(), 0.8881, 1e-4);
  EXPECT_NEAR((Rate{0, 100}.high()), 0.03699, 1e-4);  // z²/(n + z²) for no success at all
  EXPECT_NEAR((Rate{0, 100}.low()), 0, 1e-12);
}

Case a_case(Group group, std::vector<Problem> expect) {
  Case c;
  c.id = "made up";
  c.group = group;
  c.expect = std::move(expect);
  return c;
}

Answer an_answer(const Case& c, std::vector<Accusation> accusations) {
  Answer answer;
  answer.about = &c;
  answer.accusations = std::move(accusations);
  return answer;
}

class ScoreOfFour : public ::testing::Test {
 protected:
  Case fault_ = a_case(Group::initialization, {Problem::gain_mismatch, Problem::poor_init_scale});
  Case missed_ = a_case(Group::initialization, {Problem::symmetric_units});
  Case rate_ = a_case(Group::training, {Problem::learning_rate});
  Case healthy_ = a_case(Group::healthy, {});
  std::vector<Answer> answers_ = {
      an_answer(fault_, {{{Problem::vanishing_gradient}, ""}, {{Problem::poor_init_scale}, "layer2"}}),
      an_answer(missed_, {}), an_answer(rate_, {{{Problem::dead_relu}, ""}}),
      an_answer(healthy_, {{{Problem::label_problem}, ""}})};
};

TEST_F(ScoreOfFour, ACaseIsNamedWhenAnyAccusationIsExpectedAndFirstWhenTheFirstIs) {
  const Score score = score_of("x", answers_);
  const GroupScore& init = score.groups.front();
  EXPECT_EQ(init.named.right, 1);
  EXPECT_EQ(init.named.all, 2);
  EXPECT_EQ(init.first.right, 0);
  EXPECT_EQ(init.flagged.right, 1);
  EXPECT_EQ(score.all_faults.named.all, 3);
}

TEST_F(ScoreOfFour, AWrongAccusationCostsThePrecisionOfTheGroupThatItAccuses) {
  const Score score = score_of("x", answers_);
  EXPECT_EQ(score.groups[0].precision.right,
            1);  // initialization: one right, and dead_relu of the learning rate's case
  EXPECT_EQ(score.groups[0].precision.all, 2);
  EXPECT_EQ(score.groups[1].precision.all, 0);  // training
  EXPECT_EQ(score.groups[2].precision.all, 1);  // data: said of the healthy case
  EXPECT_EQ(score.groups[2].precision.right, 0);
  EXPECT_EQ(score.false_positives.right, 1);
}

TEST_F(ScoreOfFour, TheLayerCountsOfAnAccusationThatIsRight) {
  fault_.layer = "layer2";
  EXPECT_EQ(score_of("x", answers_).localized.right, 1);
  fault_.layer = "layer3";
  EXPECT_EQ(score_of("x", answers_).localized.right, 0);
  EXPECT_EQ(score_of("x", answers_).localized.all, 1);
}

TEST_F(ScoreOfFour, MissesNameWhatWasExpectedAndWhatWasSaid) {
  missed_.id = "not seen";
  const std::string misses = misses_of(answers_);
  EXPECT_THAT(misses, HasSubstr("not seen  expected symmetric_units  got healthy"));
  EXPECT_THAT(misses, HasSubstr("expected healthy  got label_problem"));
  EXPECT_THAT(misses, Not(HasSubstr("gain_mismatch")));  // that one was found
}

}  // namespace
}  // namespace fanin::faults

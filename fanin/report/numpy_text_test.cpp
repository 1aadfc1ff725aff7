#include "fanin/report/numpy_text.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace fanin::report {
namespace {

std::string text(const std::vector<double>& values, std::size_t columns = 3) { return numpy_text(values, columns); }

// Each expected text is what NumPy 1.24 prints: print(np.array([[...], [...]])).

TEST(NumpyText, DigitsEndWithTheLongestNumberAndShorterOnesAreFilledWithBlanks) {
  EXPECT_EQ(text({0.1, 0.25, 3, 3, 0.25, 0.1}),
            "[[0.1  0.25 3.  ]\n"
            " [3.   0.25 0.1 ]]");
  EXPECT_EQ(text({1.0969696000001, -2, 3, 3, -2, 1.0969696000001}),
            "[[ 1.0969696 -2.         3.       ]\n"
            " [ 3.        -2.         1.0969696]]");
  EXPECT_EQ(text({0, 0, 0, 0}, 2), "[[0. 0.]\n [0. 0.]]");
}

TEST(NumpyText, TheEighthDigitIsRoundedToEven) {
  EXPECT_EQ(text({0.001953125, 0.5, 0.25}), "[[0.00195312 0.5        0.25      ]]");
}

TEST(NumpyText, SizesThatDifferByMoreThanAThousandTakeExponents) {
  EXPECT_EQ(text({123456.789, 0.5, 1e9}), "[[1.23456789e+05 5.00000000e-01 1.00000000e+09]]");
  EXPECT_EQ(text({1e-10, 2e-10, 3.5e-10}), "[[1.0e-10 2.0e-10 3.5e-10]]");
  EXPECT_EQ(text({1e-5, 1, 1, 1e-5}, 2), "[[1.e-05 1.e+00]\n [1.e+00 1.e-05]]");
  EXPECT_EQ(text({99999999.5, 1, 2}), "[[9.99999995e+07 1.00000000e+00 2.00000000e+00]]");
}

TEST(NumpyText, NonFiniteNumbersAreWords) {
  EXPECT_EQ(text({std::nan(""), 1.5, HUGE_VAL}), "[[nan 1.5 inf]]");
  EXPECT_EQ(text({-HUGE_VAL, 1e-9, 1}), "[[  -inf 1.e-09 1.e+00]]");
}

}  // namespace
}  // namespace fanin::report

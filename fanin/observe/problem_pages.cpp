// A page of plain words about each problem, for `fanin explain`.
#include <array>

#include "fanin/observe/diagnosis.hpp"

namespace fanin::observe {
namespace {

constexpr std::array<ProblemPage, 24> kPages{{
    {Problem::vanishing_gradient, "The gradient fades on its way to the first layers",
     "Each layer multiplies the gradient that passes it back. Where the factor is below one, a deep network's first "
     "layers receive next to nothing and stay as they were drawn, while the last ones learn from noise.",
     "E‖∂L/∂u_l‖² = chi1^(L-l) E‖∂L/∂u_L‖², chi1 = fan_in Var W E φ'(u)²; sigmoid: chi1 ≤ fan_in Var W / 16",
     "Weights with chi1 = 1 (he_normal after ReLU, glorot or orthogonal after tanh); ReLU or tanh instead of sigmoid; "
     "shortcuts or normalization in very deep networks.",
     "fanin check \"mlp(10, 64)\" --activation sigmoid --init glorot_normal --optimizer sgd --steps 50",
     "Hochreiter 1991; Bengio et al. 1994; Schoenholz et al. 2017, arXiv:1611.01232"},
    {Problem::exploding_gradient, "The gradient grows on its way to the first layers",
     "Each layer multiplies the gradient that passes it back by more than one. The first layers take steps that are "
     "too "
     "large for any learning rate that serves the last ones.",
     "E‖∂L/∂u_l‖² = chi1^(L-l) E‖∂L/∂u_L‖² with chi1 > 1",
     "Weights with chi1 = 1; orthogonal weights; --clip global_norm=1; in residual networks Fixup, SkipInit or "
     "normalization.",
     "fanin check \"mlp(20, 64)\" --activation tanh --init \"normal(std=0.3)\" --steps 50",
     "Pascanu et al. 2013, arXiv:1211.5063; Schoenholz et al. 2017, arXiv:1611.01232"},
    {Problem::vanishing_activation, "The signal fades from layer to layer",
     "Weights that are too small make every layer's output smaller than the one before, until the last layers see "
     "numbers near zero that hardly depend on the input.",
     "q_l = fan_in Var W E φ(√q_(l-1) z)² + Var b; ReLU: q_l / q_(l-1) = fan_in Var W / 2",
     "A start that keeps sizes: he_normal after ReLU, glorot or orthogonal after tanh.",
     "fanin check \"mlp(10, 64)\" --init \"normal(std=0.01)\" --optimizer sgd --steps 50",
     "Glorot & Bengio 2010; Poole et al. 2016, arXiv:1606.05340"},
    {Problem::exploding_activation, "The signal grows from layer to layer",
     "Weights that are too large, or shortcuts that add up, make every layer's output larger than the one before. The "
     "first loss is then far above that of a blind guess, and the first steps destroy more than they learn.",
     "q_l = fan_in Var W E φ(√q_(l-1) z)² + Var b; a residual block adds its branch: q_l = q_(l-1) (1 + s²)",
     "A start that keeps sizes; in residual networks Fixup, SkipInit, a branch factor 1/√blocks, or normalization.",
     "fanin check \"mlp(10, 64)\" --init \"normal(std=1)\" --steps 50",
     "He et al. 2015, arXiv:1502.01852; Hanin & Rolnick 2018, arXiv:1803.01719"},
    {Problem::saturated_activation, "Units sit where their function is flat",
     "tanh and sigmoid are flat for large inputs. A unit that is driven there passes no gradient, however wrong it is.",
     "saturated: |φ'(u)| < max|φ'| / 40; tanh: |u| > 2.5, sigmoid: |u| > 5",
     "Inputs of size 1 (--standardize) and weights of variance 1/fan_in.",
     "fanin check 784-64-64-10 --activation tanh --init \"normal(std=1)\" --steps 50",
     "Glorot & Bengio 2010, section 3"},
    {Problem::dead_relu, "Units that are zero for every input",
     "A ReLU whose input is negative for all data gives zero and passes no gradient: it never comes back. Large "
     "negative "
     "biases start so; a step that is too large gets there.",
     "P(a unit is off for all rows) → 0 for weights of mean zero without bias, as long as the rows differ",
     "Biases at zero, weights of mean zero, a smaller learning rate; leaky_relu lets a dead unit recover.",
     "fanin check 784-64-64-10 --init-for \"layer1.bias=constant(-10)\" --steps 50",
     "Lu et al. 2019, arXiv:1903.06733"},
    {Problem::symmetric_units, "Units that are copies of one another",
     "Units that start with equal weights compute the same, receive the same gradient and so stay equal: a wide layer "
     "is worth one unit. Only randomness tells them apart.",
     "w_i = w_j and ∂L/∂w_i = ∂L/∂w_j at one step imply both at the next",
     "Draw the weights at random; zeros are fine for biases, last layers and last layers of residual branches.",
     "fanin check 784-64-10 --init \"constant(0.01)\" --steps 50",
     "Goodfellow et al. 2016, Deep Learning, section 8.4"},
    {Problem::correlation_collapse, "All inputs look alike after some layers",
     "Each layer maps the angle between two inputs. In the ordered phase the angle shrinks to nothing, and the last "
     "layers see one and the same vector, whatever the input.",
     "c_l = C(c_(l-1)); slope at c = 1: chi1 < 1 makes 1 the attractor",
     "Weights on the edge of chaos, small biases, shortcuts or normalization.",
     "fanin check \"mlp(30, 64)\" --activation tanh --init \"normal(std=0.05)\" --init-for "
     "\"layer*.bias=normal(std=0.5)\" --steps 50",
     "Poole et al. 2016, arXiv:1606.05340; Schoenholz et al. 2017, arXiv:1611.01232"},
    {Problem::poor_init_scale, "Weights of a wrong size",
     "The variance of the weights follows no formula that fits the layer: too small and signals fade, too large and "
     "they "
     "explode. One standard deviation for all layers cannot fit layers of different width.",
     "fan_in Var W = 1/E φ(z)² keeps a signal's size: 2 for ReLU, 1 for linear layers",
     "--init he_normal (ReLU), glorot_normal or lecun_normal (tanh, linear), lecun_normal (SELU).",
     "fanin check \"mlp(8, 64)\" --init \"normal(std=0.01)\" --optimizer sgd --steps 50",
     "LeCun et al. 1998; Glorot & Bengio 2010; He et al. 2015, arXiv:1502.01852"},
    {Problem::wrong_fan_mode, "fan_out where fan_in was meant",
     "The number of inputs of a unit decides the size of what it sums; the number of outputs decides the size of "
     "gradients. Where both differ much, one in the place of the other breaks the forward signal. Transposed shapes do "
     "this.",
     "Var W = gain²/fan_out instead of gain²/fan_in changes a signal by fan_in/fan_out per layer",
     "mode=fan_in, or fan_avg where both directions matter; check how the tensor's axes are read.",
     "fanin check 784-16-512-16-512-16-10 --init \"he_normal(mode=fan_out)\" --optimizer sgd --steps 50",
     "He et al. 2015, arXiv:1502.01852, section 2.2"},
    {Problem::gain_mismatch, "The gain of another activation",
     "Glorot's formula keeps the size of a linear signal; ReLU halves its mean square at every layer, so that thirty "
     "layers of it make a thousand million of one. Each activation has a gain of its own.",
     "gain² = 1/E φ(z)²: ReLU 2, tanh about 2.5 (1 on the edge of chaos), SELU 1, GELU 2.35",
     "he_normal after ReLU and its kin; `fanin gain NAME` gives the number for any activation.",
     "fanin check \"mlp(30, 64)\" --activation relu --init glorot_normal --optimizer sgd --steps 50",
     "He et al. 2015, arXiv:1502.01852, figure 3"},
    {Problem::bias_init, "Biases that drown the signal",
     "A bias is the same for every input. Where it is larger than what the weights make of the input, the layer says "
     "the "
     "same of everything, or its units are off or saturated for all data.",
     "E b² beside fan_in Var W E x²",
     "Biases at zero; exceptions are the forget gate of an LSTM (1) and an output that knows the classes' shares.",
     "fanin check 784-64-64-10 --activation tanh --init-for \"layer1.bias=constant(6)\" --steps 50",
     "Glorot & Bengio 2010; Jozefowicz et al. 2015"},
    {Problem::untrained_layer, "A layer that does not move",
     "Training changes other layers and not this one: its learning rate is zero, or no gradient reaches it.",
     "‖ΔW‖ = 0 while others move", "Look for a frozen parameter, a detached tensor, or a dead layer behind it.",
     "fanin check 784-64-64-10 --lr-for \"layer2=0x\" --steps 50",
     "Cai et al. 2019 (AutoTrainer's and DeepDiagnosis' unchanged weights)"},
    {Problem::non_finite, "Values that are no numbers",
     "Somewhere a value overflowed, or an invalid operation was made of one that had. From there NaN spreads to "
     "everything within two steps, so only its first place tells.",
     "float32 overflows above 3.4e38; exp(x) above x = 88",
     "A smaller learning rate, --clip global_norm=1, finite inputs, a start that keeps sizes.",
     "fanin check 784-64-64-10 --optimizer sgd --lr 1e10 --steps 50", "Goldberg 1991; IEEE 754"},
    {Problem::diverging_loss, "The loss grows",
     "Steps overshoot: each lands on a worse point than it left. A learning rate above twice the inverse curvature "
     "diverges for any start; a start with large signals has a large curvature.",
     "stable: lr < 2/λmax of the Hessian", "A smaller learning rate, warm-up, clipping, or a start that keeps sizes.",
     "fanin check 20-64-1 --data teacher --activation tanh --optimizer sgd --lr 20 --steps 50",
     "LeCun et al. 1998, Efficient BackProp"},
    {Problem::oscillating_loss, "The loss jumps up and down",
     "The learning rate is near the limit of stability, or batches are so small that noise decides.",
     "standard deviation of the loss from step to step beside its trend", "A smaller learning rate or larger batches.",
     "fanin check 784-64-64-10 --lr 1 --steps 100", "Bottou et al. 2018, arXiv:1606.04838"},
    {Problem::stagnant_loss, "The loss does not fall",
     "After the steps that were watched the network is no better than a constant answer. It is a symptom: the causes "
     "are in the other findings, or the learning rate is too small.",
     "(chance − loss)/chance beside its standard error over batches",
     "The remedies of the findings above it; otherwise a larger learning rate or more steps.",
     "fanin check 784-64-64-10 --optimizer sgd --lr 1e-9 --steps 50", "Zhang et al. 2021 (AutoTrainer)"},
    {Problem::update_too_small, "Steps that change nothing",
     "Each step moves the weights by so little of their size that the training would need millions of them.",
     "‖ΔW‖/‖W‖, about 1e-3 in trainings that work", "A larger learning rate; check weight scales that are too large.",
     "fanin check 784-64-64-10 --optimizer sgd --lr 1e-9 --steps 50",
     "Karpathy 2015; You et al. 2017, arXiv:1708.03888"},
    {Problem::update_too_large, "Steps that forget everything",
     "Each step moves the weights by a large part of their size, so that what was learned before is lost.",
     "‖ΔW‖/‖W‖, about 1e-3 in trainings that work", "A smaller learning rate, warm-up, clipping.",
     "fanin check 20-64-1 --data teacher --activation tanh --optimizer sgd --lr 20 --steps 50",
     "Karpathy 2015; You et al. 2017, arXiv:1708.03888"},
    {Problem::weight_growth, "Weights that grow and grow",
     "The weights gain size at every step without the loss getting better: steps are too large, and what they add does "
     "not cancel.",
     "‖W_t‖/‖W_0‖", "A smaller learning rate, weight decay.", "fanin check 784-64-64-10 --lr 3 --steps 50",
     "van Laarhoven 2017, arXiv:1706.05350"},
    {Problem::unscaled_input, "Inputs of a wrong size",
     "Every formula for weights expects inputs of size one. Pixels from 0 to 255 make the first layer's values "
     "hundreds "
     "of times too large: tanh saturates, the first loss explodes.",
     "q_1 = fan_in Var W E x²", "--standardize, or divide by the largest value.",
     "fanin check 784-64-64-10 --raw --activation tanh --steps 50",
     "LeCun et al. 1998, Efficient BackProp, section 4.3"},
    {Problem::label_problem, "Labels that have nothing to do with the inputs",
     "Rows and labels were shuffled apart, or nearly all labels are the same. The network can learn the training rows "
     "by "
     "heart, and nothing else.",
     "accuracy of a near row's label beside that of a guess", "Look at how rows and labels were put together.",
     "fanin check 784-64-64-10 --shuffle-labels 1 --steps 50", "Zhang et al. 2017, arXiv:1611.03530"},
    {Problem::missing_nonlinearity, "Linear layers in a row",
     "Two linear layers without an activation between them are one linear layer: the network is less than it looks.",
     "W2 (W1 x) = (W2 W1) x", "An activation between them, unless a low-rank product is meant.",
     "fanin check \"mlp(2, 64)\" --data spirals --activation linear --steps 50", "Saxe et al. 2014, arXiv:1312.6120"},
    {Problem::learning_rate, "A learning rate that does not fit",
     "The start is sound, but each step is too large to come down or too small to get anywhere.",
     "stable: lr < 2/λmax; useful: ‖ΔW‖/‖W‖ about 1e-3",
     "Ten times less, or ten times more; `fanin check --why` tries both.",
     "fanin check 784-64-64-10 --optimizer sgd --lr 30 --steps 50", "LeCun et al. 1998; Smith 2017, arXiv:1506.01186"},
}};

}  // namespace

const ProblemPage& page_of(Problem problem) noexcept { return kPages[static_cast<std::size_t>(problem)]; }

}  // namespace fanin::observe

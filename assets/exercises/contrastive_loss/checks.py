from checking import Check, Slip

FUNCTION = "contrastive_loss"
PARAMETERS = "x1, x2, y, m"
ANSWER = "one number, the mean over the pairs"

CHECKS = (
    Check(
        "A similar pair is pulled: half its squared distance",
        ([[0, 0]], [[3, 4]], [1], 1),
        12.5,
        "For the similar points (0, 0) and (3, 4), h is 25, and the loss should be {expected}; yours is {got}.",
        (
            Slip(25, "The half is missing."),
            Slip(2.5, "That is half the distance: h is its square."),
            Slip(5, "That is the distance: h is its square, and the loss half of that."),
            Slip(6.25, "h is the sum of the squared differences, not their mean."),
            Slip(
                0,
                "With y = 1 the term with h counts, and the one with max(0, m - h) does not. Are they swapped?",
            ),
            Slip(
                -12, "With y = 1 the term with h counts, and the one with m - h does not. Are they swapped?"
            ),
        ),
    ),
    Check(
        "Dissimilar points further apart than m cost nothing",
        ([[0, 0]], [[3, 4]], [0], 1),
        0,
        "For dissimilar points further apart than m the loss should be {expected}, yours is {got}.",
        (
            Slip(12, "Is the sign wrong? The push is m - h, and it ends when h reaches m."),
            Slip(-12, "A loss below 0 would push forever: max(0, ...) ends it."),
            Slip(-2, "A loss below 0 would push forever: max(0, ...) ends it."),
            Slip(12.5, "That is the term of a similar pair; with y = 0 it must not count."),
        ),
    ),
    Check(
        "Dissimilar points closer than m are pushed: half of m - h",
        ([[0, 0]], [[1, 1]], [0], 5),
        1.5,
        "For the dissimilar points (0, 0) and (1, 1), h is 2. With m = 5 the loss should be (5 - 2) / 2 = {expected}; "
        "yours is {got}.",
        (
            Slip(3, "The half is missing."),
            Slip(1, "That is the term of a similar pair; with y = 0 it must not count."),
            Slip(
                (5 - 2**0.5) / 2, "That is m - d: here the margin is compared with h, the squared distance."
            ),
            Slip(
                (5 - 2**0.5) ** 2 / 2,
                "That is (m - d)², the loss of Hadsell, Chopra and LeCun: here it is m - h.",
            ),
            Slip(0, "Do you use the m that was passed, here 5? And is it m - h, not h - m?"),
        ),
    ),
    Check(
        "A batch: the mean over its pairs",
        ([[0, 0], [0, 0], [0, 0]], [[1, 1], [1, 1], [3, 4]], [1, 0, 0], 5),
        2.5 / 3,
        "The three pairs cost 1, 1.5 and 0, which is {expected} on average; yours is {got}.",
        (
            Slip(2.5, "That is the sum: divide by the number of pairs."),
            Slip(1.25, "That is divided by 2; there are 3 pairs."),
            Slip(1, "That is only the first pair. Is the return inside the loop?"),
            Slip(0, "That is only the last pair: add up the losses of all pairs."),
        ),
    ),
    Check(
        "Points in three dimensions",
        ([[0, 0, 0]], [[1, 2, 2]], [1], 1),
        4.5,
        "For the similar points (0, 0, 0) and (1, 2, 2), h is 9, and the loss should be {expected}; yours is {got}.",
        (Slip(2.5, "The third coordinate is missing: go over all coordinates of a point."),),
    ),
)

from checking import Check, Slip

FUNCTION = "triplet_loss"
PARAMETERS = "anchors, positives, negatives, m"
ANSWER = "one number, the mean over the triplets"

CHECKS = (
    Check(
        "The positive is pulled by its squared distance",
        ([[0, 0]], [[3, 4]], [[10, 0]], 1),
        25,
        "The positive is 5 away and the negative further than the margin, so the loss should be {expected}; "
        "yours is {got}.",
        (
            Slip(5, "That is the distance to the positive; here it is squared."),
            Slip(12.5, "There is no half in this loss."),
            Slip(
                106,
                "The negative, 10 away, adds (1 - 10)² = 81. Outside the margin it should add 0: max(0, ...).",
            ),
            Slip(
                0,
                "That is max(0, d(a, p) - d(a, n) + m), the triplet margin loss. Here the two terms are separate.",
            ),
            Slip(100, "That is the squared distance to the negative. Are positives and negatives swapped?"),
        ),
    ),
    Check(
        "A negative further away than m adds nothing",
        ([[0, 0]], [[0, 0]], [[3, 4]], 1),
        0,
        "The positive lies on the anchor and the negative is 5 away, beyond the margin of 1: the loss should be "
        "{expected}, yours is {got}.",
        (
            Slip(
                16,
                "Is the sign wrong, or max(0, ...) missing? The push is m - d, and it ends when d reaches m.",
            ),
            Slip(-4, "A loss below 0 would push forever: max(0, ...) ends it."),
        ),
    ),
    Check(
        "A negative closer than m is pushed by the square of the gap",
        ([[0, 0]], [[0, 0]], [[0, 2]], 5),
        9,
        "The negative is 2 away and should be 5, so the gap is 3 and the loss should be 3² = {expected}; "
        "yours is {got}.",
        (
            Slip(3, "The push is squared, too."),
            Slip(1, "The margin is compared with the distance (2), not with its square (4)."),
            Slip(4.5, "There is no half in this loss."),
            Slip(0, "Do you use the m that was passed, here 5? And is it m - d, not d - m?"),
        ),
    ),
    Check(
        "Both at once, away from the origin",
        ([[1, 1]], [[1, 3]], [[4, 5]], 6),
        5,
        "d(a, p) is 2 and d(a, n) is 5, so with m = 6 the loss should be 2² + 1² = {expected}; yours is {got}.",
        (
            Slip(4, "Only the pull is there; the push is missing."),
            Slip(1, "Only the push is there; the pull is missing."),
        ),
    ),
    Check(
        "A batch: the mean over its triplets",
        ([[0, 0], [0, 0]], [[0, 0], [3, 4]], [[0, 2], [9, 0]], 5),
        17,
        "The two triplets cost 9 and 25, which is {expected} on average; yours is {got}.",
        (
            Slip(34, "That is the sum: divide by the number of triplets."),
            Slip(9, "That is only the first triplet. Is the return inside the loop?"),
            Slip(25, "That is only the last triplet: add up the losses of all triplets."),
        ),
    ),
    Check(
        "Points in three dimensions",
        ([[0, 0, 0]], [[1, 2, 2]], [[2, 3, 6]], 8),
        10,
        "d(a, p) is 3 and d(a, n) is 7, so with m = 8 the loss should be 9 + 1 = {expected}; yours is {got}.",
    ),
)

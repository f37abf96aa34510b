"""Return structures that are deeply nested, contain themselves, or have a million parts."""


def vmap_over_batch(seed, x_batch, features):
    answer = []
    if int(seed) % 2:
        answer.append(answer)
    else:
        for _ in range(100_000):
            answer = [answer]
    return answer

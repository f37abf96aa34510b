def fixed_point(f, x, damping, steps):
    done = 0
    while done < steps:
        x = x + damping * (f(x) - x)
        done += 1
    return x

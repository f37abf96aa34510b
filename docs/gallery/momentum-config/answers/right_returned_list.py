def sgd_momentum(w, dw, config):
    config["velocity"] = 0.9 * config["velocity"] - dw / 100
    next_w = w + config["velocity"]
    return [next_w, config]

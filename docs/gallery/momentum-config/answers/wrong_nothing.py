def sgd_momentum(w, dw, config):
    config["velocity"] = 0.9 * config["velocity"] - 0.01 * dw
    w = w + config["velocity"]

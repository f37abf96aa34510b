def sgd_momentum(w, dw, config):
    config["velocity"] = -0.01 * dw
    return w + config["velocity"], config

def sgd_momentum(w, dw, config):
    config = dict(config)
    v = config["velocity"]
    v = v * 0.9
    v = v - dw * 0.01
    config["velocity"] = v
    return (w + v, config)

extension Fault {
    /// Whether it changes what becomes of a single notification, and not of the `POST` it travels in.
    var concernsItems: Bool {
        switch self.effect {
        case .delay, .drop, .duplicate, .reorder, .missed, .removal, .content: true
        case .status, .timeout, .slowAnswer, .tokens, .doneButStatus: false
        }
    }

    private var fitsPlace: Bool {
        switch (self.place, self.effect) {
        case (_, .status), (_, .delay), (_, .timeout), (_, .drop): true
        case (.route, .doneButStatus): true
        case (.route, _), (_, .doneButStatus): false
        default: true
        }
    }

    /// Refuses what could never happen.
    func validate() throws(GraphEmulatorError) {
        guard self.fitsPlace else {
            throw GraphEmulatorError(
                .invalidFault, "This fault cannot happen there: some are for requests to Graph only, others for deliveries only."
            )
        }
        guard (0...1).contains(self.probability) else {
            throw GraphEmulatorError(.invalidFault, "The probability of a fault must be from 0 to 1.")
        }
        guard self.count.map({ $0 > 0 }) ?? true else {
            throw GraphEmulatorError(.invalidFault, "A fault must happen at least once: its count must be 1 or more.")
        }
        if case .route(let pattern) = self.place, RoutePattern(pattern) == nil {
            throw GraphEmulatorError(
                .invalidFault, "'\(pattern)' is no route: write a method and a path, for example 'POST /v1.0/subscriptions'."
            )
        }
        switch self.effect {
        case .status(let status, _), .doneButStatus(let status, _):
            guard (200...599).contains(status) else {
                throw GraphEmulatorError(.invalidFault, "A fault answers with a status from 200 to 599.")
            }
        default: break
        }
    }
}

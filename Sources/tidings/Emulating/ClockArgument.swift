import ArgumentParser
import GraphEmulator

/// How time is to pass, as a user writes it: `real`, `scaled:60`, `stepped`.
struct ClockArgument: ExpressibleByArgument, Equatable, CustomStringConvertible {
    var mode: SwitchedClock.Mode

    init(mode: SwitchedClock.Mode) {
        self.mode = mode
    }

    init?(argument: String) {
        switch argument {
        case "real": self.mode = .real
        case "stepped": self.mode = .stepped
        default:
            guard argument.hasPrefix("scaled:"), let rate = Double(argument.dropFirst(7)), rate > 0, rate <= 1_000_000 else {
                return nil
            }
            self.mode = .scaled(rate)
        }
    }

    var description: String {
        switch self.mode {
        case .real: "real"
        case .scaled(let rate): "scaled:\(rate)"
        case .stepped: "stepped"
        }
    }

    var defaultValueDescription: String { self.description }
}

public import ArgumentParser
public import Logging

extension Logger.Level: @retroactive ExpressibleByArgument {}

extension ParsableArguments {
    /// Refuses what is no port.
    func check(port: Int, option: String) throws {
        guard (1...65535).contains(port) else { throw ValidationError("\(option) must be a port: a number from 1 to 65535.") }
    }
}

/// The arguments of a call, taken apart.
struct CallArguments: Sendable {
    /// Those that are values, in their order.
    private(set) var values: [any Encodable & Sendable] = []
    /// Those that are streams, in their order.
    private(set) var uploads: [any UploadSource] = []

    init<each Argument: Encodable & Sendable>(_ arguments: repeat each Argument) {
        for argument in repeat each arguments {
            if let source = argument as? any UploadSource {
                self.uploads.append(source)
            } else {
                self.values.append(argument)
            }
        }
    }
}

/// What a Completion brings.
enum MessagePackResultKind: Int64 {
    case error = 1
    case void = 2
    case result = 3
}

// A weight-stationary systolic array with shadow weights, its load and moving ports, and its accumulators.
//
// Operands are signed WIDTH-bit integers, sums 32 bits. FROM_TOP = 0: weights enter on the left, a column per cycle;
// FROM_TOP = 1: at the top, a row per cycle. All state changes at the rising edge of `clk`.

// One PE: passes the moving operand and the weights on, keeps the weight that carries its own number, and multiplies.
module pe #(parameter WIDTH = 8, OWN = 0, FROM_TOP = 0) (
    input clk,
    input signed [WIDTH-1:0] x_in, input live_in, input swap_in,
    input signed [WIDTH-1:0] w_in, input [15:0] tag_in, input load_in,
    input signed [31:0] sum_in,
    output reg signed [WIDTH-1:0] x_out, output reg live_out, output reg swap_out,
    output reg signed [WIDTH-1:0] w_out, output reg [15:0] tag_out, output reg load_out,
    output reg signed [31:0] sum_out
);
  reg signed [WIDTH-1:0] shadow, active;
  wire signed [WIDTH-1:0] weight = swap_in ? shadow : active;
  initial begin
    shadow = 0; active = 0; x_out = 0; live_out = 0; swap_out = 0;
    w_out = 0; tag_out = 0; load_out = 0; sum_out = 0;
  end
  always @(posedge clk) begin
    x_out <= x_in; live_out <= live_in; swap_out <= swap_in;
    w_out <= w_in; tag_out <= tag_in; load_out <= load_in;
    active <= weight;
    if (load_in && tag_in == OWN) shadow <= w_in;
    sum_out <= sum_in + weight * x_in;
  end
endmodule

// A line of DEPTH registers.
module line #(parameter WIDTH = 1, DEPTH = 0) (input clk, input [WIDTH-1:0] in, output [WIDTH-1:0] out);
  generate
    if (DEPTH == 0) begin : none
      assign out = in;
    end else begin : some
      reg [WIDTH*DEPTH-1:0] state;
      initial state = 0;
      assign out = state[WIDTH*DEPTH-1 -: WIDTH];
      if (DEPTH == 1) begin : one
        always @(posedge clk) state <= in;
      end else begin : more
        always @(posedge clk) state <= {state[WIDTH*(DEPTH-1)-1:0], in};
      end
    end
  endgenerate
endmodule

// The PEs with the skew registers in front of them and the deskew registers below.
module systolic #(parameter ROWS = 4, COLS = 4, WIDTH = 8, FROM_TOP = 0, LINES = FROM_TOP ? COLS : ROWS) (
    input clk,
    input [ROWS*WIDTH-1:0] x, input live, input swap,
    input [LINES*WIDTH-1:0] w, input [15:0] tag, input load,
    output [COLS*32-1:0] sums, output [COLS-1:0] lives
);
  wire signed [WIDTH-1:0] xs [0:ROWS*(COLS+1)-1];
  wire [1:0] flags [0:ROWS*(COLS+1)-1];
  wire signed [WIDTH-1:0] ws [0:(ROWS+1)*(COLS+1)-1];
  wire [16:0] tags [0:(ROWS+1)*(COLS+1)-1];
  wire signed [31:0] partial [0:(ROWS+1)*COLS-1];
  genvar r, c;
  generate
    for (r = 0; r < ROWS; r = r + 1) begin : skew
      line #(WIDTH, r) moving (clk, x[r*WIDTH +: WIDTH], xs[r*(COLS+1)]);
      line #(2, r) token (clk, {live, swap}, flags[r*(COLS+1)]);
      if (!FROM_TOP) begin : weights
        line #(WIDTH, r) value (clk, w[r*WIDTH +: WIDTH], ws[r*(COLS+1)]);
        line #(17, r) number (clk, {load, tag}, tags[r*(COLS+1)]);
      end
    end
    for (c = 0; c < COLS; c = c + 1) begin : column
      assign partial[c] = 0;
      if (FROM_TOP) begin : weights
        line #(WIDTH, c) value (clk, w[c*WIDTH +: WIDTH], ws[c]);
        line #(17, c) number (clk, {load, tag}, tags[c]);
      end
      line #(32, COLS-1-c) sum (clk, partial[ROWS*COLS+c], sums[c*32 +: 32]);
      line #(1, COLS-1-c) valid (clk, flags[(ROWS-1)*(COLS+1)+c+1][1], lives[c]);
    end
    for (r = 0; r < ROWS; r = r + 1) begin : row
      for (c = 0; c < COLS; c = c + 1) begin : col
        // Weights go right, or down: the wires behind a PE are those of its neighbour.
        localparam AT = r*(COLS+1)+c;
        localparam NEXT = FROM_TOP ? AT+COLS+1 : AT+1;
        pe #(WIDTH, FROM_TOP ? r : c, FROM_TOP) cell_ (
            clk, xs[AT], flags[AT][1], flags[AT][0], ws[AT], tags[AT][15:0], tags[AT][16], partial[r*COLS+c],
            xs[AT+1], flags[AT+1][1], flags[AT+1][0], ws[NEXT], tags[NEXT][15:0], tags[NEXT][16],
            partial[(r+1)*COLS+c]);
      end
    end
  endgenerate
endmodule

// Two ports that take loads and products in order, each not before its issue cycle, and the accumulators.
module engine #(parameter ROWS = 4, COLS = 4, WIDTH = 8, FROM_TOP = 0, INTERVAL = 1, WRITE_LATENCY = 0,
                          LOADS = 1, PRODUCTS = 1, VECTORS = 1, ELEMENTS = 1, HEIGHT = 1,
                          LINES = FROM_TOP ? COLS : ROWS) (input clk, output reg done);
  // load: issue cycle, vectors; product: issue cycle, elements, address, columns, swap and accumulate.
  reg [63:0] loads [0:LOADS-1];
  reg [127:0] products [0:PRODUCTS-1];
  reg [LINES*WIDTH-1:0] vectors [0:VECTORS-1];
  reg [ROWS*WIDTH-1:0] elements [0:ELEMENTS-1];
  reg [31:0] accumulators [0:HEIGHT*COLS-1];

  reg [31:0] cycle, load, load_at, vector, product, product_at, element;
  reg [31:0] plane_loads, plane_swaps, rows;
  wire [63:0] next_load = loads[load < LOADS ? load : 0];
  wire [127:0] next_product = products[product < PRODUCTS ? product : 0];
  wire [31:0] elements_of = next_product[95:64];
  wire swaps = next_product[1], accumulates = next_product[0];

  // A product begins before the load that may take the plane it has swapped out, in the same cycle.
  wire product_ready = product < PRODUCTS && next_product[127:96] <= cycle && (!swaps || plane_loads != plane_swaps);
  wire moving = product_at != 0 || product_ready;
  wire swap_now = product_at == 0 && product_ready && swaps;
  wire enters = moving && product_at < elements_of;
  wire [31:0] length = elements_of < INTERVAL ? INTERVAL : elements_of;
  wire product_ends = moving && product_at == length - 1;
  wire shadow_free = plane_loads == plane_swaps + swap_now;
  wire load_ready = load < LOADS && next_load[63:32] <= cycle && shadow_free;
  wire loading = load_at != 0 || load_ready;
  wire load_ends = loading && load_at == next_load[31:0] - 1;

  wire [COLS*32-1:0] sums;
  wire [COLS-1:0] lives;
  systolic #(ROWS, COLS, WIDTH, FROM_TOP) array (
      clk, enters ? elements[element] : {ROWS*WIDTH{1'b0}}, enters, swap_now,
      loading ? vectors[vector] : {LINES*WIDTH{1'b0}}, load_at[15:0], loading, sums, lives);

  // Number of its product, its own, its address, and the lowest 32 bits of `products`: what belongs to a row waits in a queue while the row is in the array.
  reg [127:0] queue [0:1023];
  reg [9:0] head, tail;
  wire leaves = lives[COLS-1];
  wire [127:0] front = queue[head];
  wire [COLS*32+160:0] written;
  line #(COLS*32+161, WRITE_LATENCY) write (clk, {leaves, cycle, front, sums}, written);
  wire write_now = written[COLS*32+160];
  wire [127:0] target = written[COLS*32 +: 128];
  wire [31:0] left = written[COLS*32+128 +: 32];
  reg [COLS*32-1:0] result;

  integer c;
  initial begin
    $readmemh("loads.hex", loads); $readmemh("products.hex", products);
    $readmemh("vectors.hex", vectors); $readmemh("elements.hex", elements);
    cycle = 0; load = 0; load_at = 0; vector = 0; product = 0; product_at = 0; element = 0;
    plane_loads = 0; plane_swaps = 0; rows = 0; head = 0; tail = 0; done = 0;
  end
  always @(posedge clk) begin
    cycle <= cycle + 1;
    if (moving) product_at <= product_ends ? 0 : product_at + 1;
    if (product_ends) product <= product + 1;
    if (enters) begin
      element <= element + 1;
      queue[tail] <= {product, product_at, next_product[63:0] + (product_at << 32)};
      tail <= tail + 1;
    end
    if (swap_now) plane_swaps <= plane_swaps + 1;
    if (loading) begin
      load_at <= load_ends ? 0 : load_at + 1;
      vector <= vector + 1;
    end
    // Counted in its last cycle: a product may swap in the next one.
    if (load_ends) begin
      load <= load + 1;
      plane_loads <= plane_loads + 1;
    end
    if (loading && load_at == 0) $display("L %0d %0d", load, cycle);
    if (moving && product_at == 0) $display("P %0d %0d", product, cycle);
    if (lives != 0 && !(&lives)) $display("E %0d", cycle);
    if (leaves) head <= head + 1;
    if (write_now) begin
      for (c = 0; c < COLS; c = c + 1) begin
        result[c*32 +: 32] = written[c*32 +: 32] + (target[0] ? accumulators[target[63:32]*COLS+c] : 0);
        if (c < target[31:2]) accumulators[target[63:32]*COLS+c] <= result[c*32 +: 32];
      end
      $display("R %0d %0d %0d %0d %h", target[127:96], target[95:64], left, cycle + 1, result);
    end
    rows <= rows + write_now;
    done <= rows == ELEMENTS && load == LOADS;
  end
endmodule

// Prints `L load cycle` and `P product cycle` as they start, `R product row left visible contents` of every row that is
// written, `E cycle` if the columns of a row leave in different cycles, and `T` if it does not end.
module testbench;
  parameter ROWS = 4, COLS = 4, FROM_TOP = 0, INTERVAL = 1, WRITE_LATENCY = 0;
  parameter LOADS = 1, PRODUCTS = 1, VECTORS = 1, ELEMENTS = 1, HEIGHT = 1, CYCLES = 1;
  reg clk = 0;
  wire done;
  integer left = CYCLES;
  engine #(ROWS, COLS, 8, FROM_TOP, INTERVAL, WRITE_LATENCY, LOADS, PRODUCTS, VECTORS, ELEMENTS, HEIGHT) dut (clk, done);
  initial begin
    while (!done && left > 0) begin
      #1 clk = 1;
      #1 clk = 0;
      left = left - 1;
    end
    if (!done) $display("T");
    $finish;
  end
endmodule
